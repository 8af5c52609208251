/** The program's log: one file in the data folder, turned over when it has grown, for whoever looks for a cause. */
import { join } from 'node:path';
import log from 'electron-log/node';
import { FolioError } from '../../shared/errors.ts';

const MAX_BYTES = 2 * 1024 * 1024;

export interface Log {
  readonly file: string;
  info(line: string): void;
  warn(line: string): void;
  /** With its stack, and what caused it. */
  error(what: string, error: unknown): void;
}

export function openLog(dataDir: string): Log {
  const file = join(dataDir, 'logs', 'folio.log');
  log.transports.file.resolvePathFn = () => file;
  log.transports.file.maxSize = MAX_BYTES;
  log.transports.file.format = '{y}-{m}-{d} {h}:{i}:{s}.{ms} {level} {text}';
  log.transports.console.level = 'warn';
  return {
    file,
    info: (line) => log.info(line),
    warn: (line) => log.warn(line),
    error: (what, error) => log.error(`${what}: ${inFull(error)}`),
  };
}

/** A stack with those of its causes, or the value itself. */
export function inFull(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error instanceof FolioError ? [error.message, error.hint].filter(Boolean).join('. ') : error.stack;
  const cause = error.cause === undefined ? '' : `\n  because of ${inFull(error.cause)}`;
  return `${own ?? error.message}${cause}`;
}
