/** What a self-test found, for programs and as lines for people. It is English, like every report to paste. */

export interface SelfTestStep {
  readonly name: string;
  /** `skipped`: there was nothing to try here, or what it needs had failed before. */
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** What was seen, or why it failed. */
  readonly detail: string;
  readonly seconds: number;
}

export interface SelfTestVersions {
  readonly folio: string;
  readonly node: string;
  /** Null outside Electron. */
  readonly electron: string | null;
  /** Null when SQLite could not be loaded; the step of the record says why. */
  readonly sqlite: string | null;
  /** Null where there is none. */
  readonly tensorflow: string | null;
  /** "linux x64" */
  readonly platform: string;
}

export interface SelfTestReport {
  readonly ok: boolean;
  readonly interrupted: boolean;
  readonly versions: SelfTestVersions;
  readonly steps: readonly SelfTestStep[];
  readonly seconds: number;
}

/** Hears of what happens while it happens. */
export interface SelfTestListener {
  readonly began: (versions: Omit<SelfTestVersions, 'tensorflow'>) => void;
  readonly step: (step: SelfTestStep) => void;
}

export function versionsLine({
  folio,
  node,
  electron,
  sqlite,
  platform,
}: Omit<SelfTestVersions, 'tensorflow'>): string {
  const parts = [`Node ${node}`, electron === null ? null : `Electron ${electron}`, `SQLite ${sqlite ?? 'not loaded'}`];
  return [`Folio ${folio}: self-test`, ...parts.filter((part) => part !== null), platform].join(', ');
}

export function stepLine({ name, outcome, detail, seconds }: SelfTestStep): string {
  return `${outcome.padEnd(8)}${name.padEnd(20)}${seconds.toFixed(1).padStart(6)} s  ${detail}`;
}

export function summaryLine({ ok, interrupted, versions, steps, seconds }: SelfTestReport): string {
  const failed = steps.filter(({ outcome }) => outcome === 'failed');
  const verdict = interrupted
    ? 'Interrupted'
    : ok
      ? 'Everything that is here works'
      : `${failed.length} of ${steps.length} failed: ${failed.map(({ name }) => name).join(', ')}`;
  return `${verdict}. TensorFlow ${versions.tensorflow ?? 'none'}; ${seconds.toFixed(1)} s in all.`;
}
