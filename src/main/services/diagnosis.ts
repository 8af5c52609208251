/** A report on this Folio and this machine, as text to paste into a question. It names no text and no run. */
import { cpus, freemem, release, totalmem } from 'node:os';
import type { EngineReport } from '../../shared/domain.ts';
import { toErrorMessage } from '../../shared/errors.ts';
import type { Store } from '../store/types.ts';
import { freeDisk } from './machine.ts';

export interface RecordFindings {
  readonly path: string;
  readonly runs: number;
  readonly readOnly: boolean;
  /** `whole`: every byte that has a hash was read. `quick`: the structure alone, for a program that must go on answering. */
  readonly check: 'whole' | 'quick';
  readonly problems: readonly string[];
}

export interface Diagnosis {
  readonly folio: string;
  readonly node: string;
  /** Null outside Electron. */
  readonly electron: string | null;
  readonly system: string;
  readonly processor: string;
  readonly memory: { readonly total: number; readonly free: number };
  readonly database: RecordFindings;
  readonly disk: { readonly free: number | null };
  readonly engines: readonly EngineReport[];
  /** What is not as it was installed, by folder; null where the builds' bytes were not read. */
  readonly engineFiles: Readonly<Record<string, string>> | null;
}

/** A record that cannot be opened is a finding, not a reason to stop; one that is not there yet is in order. */
export function examineRecord(
  open: () => Pick<Store, 'path' | 'readOnly' | 'listRuns' | 'check' | 'quickCheck'>,
  dataDir: string,
  check: RecordFindings['check'],
): RecordFindings {
  try {
    const store = open();
    const problems = check === 'whole' ? store.check() : store.quickCheck();
    return { path: store.path, runs: store.listRuns().length, readOnly: store.readOnly, check, problems };
  } catch (error) {
    const { code, message } = toErrorMessage(error);
    return { path: dataDir, runs: 0, readOnly: true, check, problems: code === 'not-found' ? [] : [message] };
  }
}

export function diagnose(
  folio: string,
  database: RecordFindings,
  engines: readonly EngineReport[],
  engineFiles: Diagnosis['engineFiles'] = null,
): Diagnosis {
  return {
    folio,
    node: process.versions.node,
    electron: process.versions['electron'] ?? null,
    system: `${process.platform} ${process.arch}, ${release()}`,
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${plural(cpus().length, 'core')}`,
    memory: { total: totalmem(), free: freemem() },
    database,
    disk: { free: freeDisk(database.path) },
    engines,
    engineFiles,
  };
}

/** The report as people read it. */
export function diagnosisText(report: Diagnosis): string {
  const { database, memory, disk, electron, engines } = report;
  return [
    `folio:     ${report.folio}, Node ${report.node}${electron === null ? '' : `, Electron ${electron}`}`,
    `system:    ${report.system}`,
    `processor: ${report.processor}`,
    `memory:    ${gigabytes(memory.free)} free of ${gigabytes(memory.total)}`,
    `disk:      ${disk.free === null ? 'unknown' : `${gigabytes(disk.free)} free`}`,
    `database:  ${database.path}, ${plural(database.runs, 'run')}`,
    ...findings(database).map((line) => `           ${line}`),
    'engines:',
    engines.length === 0 ? '  not tried yet' : enginesText(engines),
    ...(report.engineFiles === null ? [] : engineFilesText(report.engineFiles)),
  ].join('\n');
}

function findings({ check, problems }: RecordFindings): readonly string[] {
  const whole = check === 'whole';
  if (problems.length > 0) {
    return [`${plural(problems.length, 'problem')}:`, ...problems.map((problem) => `  ${problem}`)];
  }
  return [whole ? 'in order' : 'in order at a quick look (weights and texts were not read; `folio doctor` reads all)'];
}

function engineFilesText(wrong: Readonly<Record<string, string>>): readonly string[] {
  const findings = Object.entries(wrong);
  if (findings.length === 0) return ['engine files: as they were installed'];
  return ['engine files:', ...findings.map(([folder, problem]) => `  ${folder}: ${problem}`)];
}

/** Everything that is known of the engines, as plain lines. */
export function enginesText(reports: readonly EngineReport[]): string {
  return reports
    .flatMap((report) => [
      `${report.engine}: ${report.available ? measured(report) : `not available: ${report.reason}`}`,
      ...Object.entries(report.details).map(([key, value]) => `  ${key}: ${value}`),
    ])
    .map((row) => `  ${row}`)
    .join('\n');
}

function measured({ device, selfTest, gflops, mixedPays }: EngineReport): string {
  const speed = gflops === null ? 'speed not measured' : `${gflops.toFixed(1)} GFLOP/s`;
  return `${device}, self-test ${selfTest}, ${speed}, bfloat16 ${mixedPays ? 'pays' : 'does not pay'}`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Powers of 1000, as disks are sold. */
function gigabytes(bytes: number): string {
  const size = bytes / 1e9;
  return `${size >= 99.95 ? Math.round(size) : size.toFixed(1)} GB`;
}
