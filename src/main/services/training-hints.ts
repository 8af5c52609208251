/** What a person can do after a training ended badly. */
import type { RunConfig } from '../../shared/config.ts';
import { toErrorMessage } from '../../shared/errors.ts';
import type { ErrorMessage } from '../../shared/errors.ts';

/** @param resumable where the last whole checkpoint stands, in words; null for none */
export function resumeHint(runId: number, resumable: string | null): string {
  const from =
    resumable === null
      ? 'starts it again from the beginning: no checkpoint was stored yet'
      : `goes on from ${resumable}`;
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
  return {
    code,
    message: `the training was ended because its record could not be written: ${message}`,
    hint: [...(hint === undefined ? [] : [hint]), resumeHint(runId, resumable)].join(' '),
  };
}
