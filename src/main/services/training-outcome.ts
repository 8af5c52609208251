/** How a training can end: the run's last status, the reason in words, and what a person can do about it. */
import type { RunConfig } from '../../shared/config.ts';
import type { RunStatus } from '../../shared/domain.ts';
import { toErrorMessage } from '../../shared/errors.ts';
import type { ErrorMessage } from '../../shared/errors.ts';
import type { FromTrainer } from '../trainer/messages.ts';

export interface Outcome {
  readonly status: RunStatus;
  readonly reason: string;
  /** Null when it ended as it should. */
  readonly error: ErrorMessage | null;
}

/** What an outcome depends on besides its cause. */
export interface Circumstances {
  readonly runId: number;
  readonly config: RunConfig;
  /** Where the last whole checkpoint stands, in words ("epoch 3, step 500"); null for none. */
  readonly resumable: string | null;
}

/** A run that is to go on. */
export interface Resumption {
  /** As the run was before it was queued again. */
  readonly status: RunStatus;
  readonly reason: string;
  /** Takes the run back to where it goes on from: called once its process has all that it needs for that. */
  readonly accept: () => void;
}

type Ended = Extract<FromTrainer, { type: 'ended' }>;

/** The process came to the end of its work, and saved. @param stopReason why it was asked to stop, where there is more to say */
export function outcomeOfEnd({ outcome, reason }: Ended, circumstances: Circumstances, stopReason: string): Outcome {
  if (outcome === 'stopped' && reason === '') return { status: outcome, reason: stopReason, error: null };
  if (outcome !== 'diverged') return { status: outcome, reason, error: null };
  return {
    status: 'failed',
    reason,
    error: { code: 'diverged', message: reason, hint: stabilizingHint(circumstances) },
  };
}

/**
 * The process reported an error: what can be resumed once the circumstances have changed is not lost.
 *
 * @param isRefusal of a resume, which the same command would only meet again: the error alone says what to do
 */
export function outcomeOfError(error: ErrorMessage, circumstances: Circumstances, isRefusal: boolean): Outcome {
  const reason = error.message;
  if (error.code === 'cancelled') return { status: 'stopped', reason, error: null };
  if (isRefusal) return { status: 'failed', reason, error };
  // A lost graphics device: nothing is wrong with the run, so that it can begin again even where nothing was stored yet.
  const isLoss = error.code === 'trainer-died';
  if (circumstances.resumable === null && !isLoss) return { status: 'failed', reason, error };
  return { status: 'interrupted', reason, error: { ...error, hint: withResume(error.hint, circumstances) } };
}

/** The process died, or was ended, without a word about it. @param hint what to say before how to go on */
export function outcomeOfDeath(reason: string, circumstances: Circumstances, hint?: string): Outcome {
  const error: ErrorMessage = { code: 'trainer-died', message: reason, hint: withResume(hint, circumstances) };
  return { status: 'interrupted', reason, error };
}

/** It was asked to stop before its first step, and ended without an answer: there was nothing to save. */
export function outcomeOfEarlyStop(reason: string): Outcome {
  return { status: 'stopped', reason: `stopped before the first step (${reason})`, error: null };
}

/** A resume that came to nothing before its run went on: the run stays as it was, whatever `outcome` a run that began would have had. */
export function outcomeOfRefusal({ error, ...outcome }: Outcome, { status, reason }: Resumption): Outcome {
  // Stopped by the person: a run that waits to be resumed is stopped then, and a finished one is finished.
  if (error === null && status !== 'finished') return { ...outcome, error };
  return { status, reason, error };
}

/** This side can go no further: `what` failed with `error`. */
export function outcomeOfFailure(what: string, error: unknown, circumstances: Circumstances): Outcome {
  const { code, message, hint } = toErrorMessage(error);
  const reason = `${what}: ${message}`;
  return { status: 'failed', reason, error: { code, message: reason, hint: withResume(hint, circumstances) } };
}

function withResume(hint: string | undefined, { runId, resumable }: Circumstances): string {
  const from =
    resumable === null ? 'starts from the beginning: no checkpoint was stored yet' : `goes on from ${resumable}`;
  return `${hint === undefined ? '' : `${hint} `}\`folio resume ${runId}\` ${from}.`;
}

/** A loss that is no longer a number comes from steps that are too large: smaller ones, or clipped gradients, are the way out. */
function stabilizingHint({ runId, config, resumable }: Circumstances): string {
  const { learningRate, clipNorm } = config;
  const clip = clipNorm === 0 ? 'clipNorm=1' : `clipNorm=${rounded(clipNorm / 4)} (it was ${clipNorm})`;
  const again =
    resumable === null ? 'Train again' : `What it had learnt by ${resumable} is kept: \`folio resume ${runId}\``;
  return `${again} with --set learningRate=${rounded(learningRate / 3)} (it was ${learningRate}) or --set ${clip}.`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(1));
}
