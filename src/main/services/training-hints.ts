/** What a person can do after a training ended badly. */
import type { RunConfig } from '../../shared/config.ts';
import { toErrorMessage } from '../../shared/errors.ts';
import type { ErrorMessage } from '../../shared/errors.ts';

/** @param resumable where the last whole checkpoint stands, in words; null for none */
export function resumeHint(runId: number, resumable: string | null): string {
  const from = resumable === null ? 'starts it again from the beginning: no checkpoint was stored yet' : `goes on from ${resumable}`;
  return `folio resume ${runId} ${from}.`;
}

/** A loss that is no longer a number comes from steps that are too large: smaller ones, or clipped gradients, are the way out. */
export function afterDivergence(reason: string, config: RunConfig, resumable: string | null): ErrorMessage {
  const smaller = Number((config.learningRate / 3).toPrecision(1));
  const ways = [`--set learningRate=${smaller} (it was ${config.learningRate})`];
  if (config.clipNorm === 0) ways.push('--set clipNorm=1');
  else ways.push(`--set clipNorm=${Number((config.clipNorm / 4).toPrecision(1))} (it was ${config.clipNorm})`);
  const kept = resumable === null ? '' : ` The checkpoint of ${resumable} is kept and can be generated from.`;
  return { code: 'diverged', message: reason, hint: `Train again with ${ways.join(' or ')}.${kept}` };
}

/** A write to the record failed: nothing after it would be kept. */
export function afterStoreFailure(error: unknown, runId: number, resumable: string | null): ErrorMessage {
  const { code, message, hint } = toErrorMessage(error);
  const outOfSpace = /SQLITE_FULL|ENOSPC|disk is full|no space/i.test(`${sqliteCode(error)} ${message}`);
  const way = hint ?? (outOfSpace ? 'Make room on the disk first.' : undefined);
  return {
    code: code === 'internal' && sqliteCode(error) !== '' ? 'file' : code,
    message: `the training was ended because its record could not be written: ${message}`,
    hint: [way, resumeHint(runId, resumable)].filter((part) => part !== undefined).join(' '),
  };
}

/** "SQLITE_FULL" and its kind; empty for other errors. */
function sqliteCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' && /^(SQLITE_|E[A-Z]+$)/.test(error.code) ? error.code : '';
}
