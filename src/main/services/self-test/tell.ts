/** Where a self-test's findings go: lines as they come, or one JSON object at the end; to a stream, and to a file where one is named. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { FolioError, toErrorMessage } from '../../../shared/errors.ts';
import { stepLine, summaryLine, versionsLine } from './report.ts';
import type { SelfTestListener, SelfTestReport } from './report.ts';

export interface SelfTestOutput {
  readonly json: boolean;
  /** A program with a window of its own has no standard output on Windows. */
  readonly file: string | null;
  readonly write: (text: string) => void;
}

export interface Teller {
  readonly listener: SelfTestListener;
  readonly finish: (report: SelfTestReport) => void;
}

/** Replaces the file at once, so that one that cannot be written is found out before anything else. Throws FolioError 'file' then. */
export function createTeller({ json, file, write }: SelfTestOutput): Teller {
  if (file !== null) {
    try {
      writeFileSync(file, '');
    } catch (error) {
      throw new FolioError('file', `${file} cannot be written: ${toErrorMessage(error).message}`);
    }
  }
  const say = (text: string): void => {
    write(`${text}\n`);
    if (file !== null) appendFileSync(file, `${text}\n`);
  };
  const line = (text: string): void => {
    if (!json) say(text);
  };
  return {
    listener: { began: (versions) => line(versionsLine(versions)), step: (step) => line(stepLine(step)) },
    finish: (report) => say(json ? JSON.stringify(report) : summaryLine(report)),
  };
}

/** The exit code of a program that did nothing but this. */
export function selfTestExitCode({ ok, interrupted }: Pick<SelfTestReport, 'ok' | 'interrupted'>): number {
  if (interrupted) return 130;
  return ok ? 0 : 1;
}
