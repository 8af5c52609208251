/** A report on this Folio and this machine, as text to paste into a question. It names no person and no text. */
import { cpus, freemem, release, totalmem } from 'node:os';
import type { EngineReport } from '../../shared/domain.ts';
import type { Store } from '../store/types.ts';
import { freeDisk } from './machine.ts';

export interface DiagnosisInput {
  readonly appVersion: string;
  readonly store: Pick<Store, 'path' | 'check' | 'listRuns'>;
  readonly reports: readonly EngineReport[];
}

const GIGABYTE = 1e9;

export async function diagnose({ appVersion, store, reports }: DiagnosisInput): Promise<string> {
  const gigabytes = (bytes: number | null): string =>
    bytes === null ? 'unknown' : `${(bytes / GIGABYTE).toFixed(1)} GB`;
  const problems = store.check();
  return [
    `folio:     ${appVersion}, Node ${process.versions.node}${electron()}`,
    `system:    ${process.platform} ${process.arch}, ${release()}`,
    `processor: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores`,
    `memory:    ${gigabytes(freemem())} free of ${gigabytes(totalmem())}`,
    `disk:      ${gigabytes(freeDisk(store.path))} free`,
    `database:  ${store.path}, ${store.listRuns().length} runs`,
    ...(problems.length === 0 ? ['           in order'] : problems.map((problem) => `           ${problem}`)),
    'engines:',
    ...reports.map(describeEngine),
  ].join('\n');
}

function electron(): string {
  const version = process.versions['electron'];
  return version === undefined ? '' : `, Electron ${version}`;
}

function describeEngine({ engine, available, device, reason, selfTest, gflops, details }: EngineReport): string {
  const state = available ? `${device}, self-test ${selfTest}` : `not available: ${reason}`;
  const speed = gflops === null ? '' : `, ${gflops.toFixed(0)} GFLOP/s`;
  const facts = Object.entries(details).map(([name, value]) => `    ${name}: ${value}`);
  return [`  ${engine}: ${state}${speed}`, ...facts].join('\n');
}
