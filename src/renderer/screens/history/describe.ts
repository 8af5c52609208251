/** What a row says of its run. */
import { ACTIVE_STATUSES, type RunNetwork, type RunSummary } from '../../../shared/domain.ts';
import type { LiveTraining } from '../../../shared/live.ts';

/** "GRU 192", "2 × LSTM 512": names of the field, the same in every language. */
export function networkName({ cell, layers, units }: RunNetwork): string {
  const name = `${cell.toUpperCase()} ${units}`;
  return layers === 1 ? name : `${layers} × ${name}`;
}

export interface EpochsDone {
  readonly complete: number;
  /** Null where the minutes or the steps decide. */
  readonly planned: number | null;
  /** The epoch of which a part is done; null when there is none. */
  readonly inside: number | null;
}

/** Null where nothing was trained: a run that has not taken a step, or imported weights. */
export function epochsDone(run: RunSummary, live: LiveTraining | null): EpochsDone | null {
  const { plannedEpochs: planned, completeEpochs } = run;
  if (live !== null && live.step > 0) {
    const complete = Math.max(completeEpochs, live.epoch - 1);
    return { complete, planned, inside: live.epoch > complete ? live.epoch : null };
  }
  if (run.step === 0) return null;
  return { complete: completeEpochs, planned, inside: run.epoch > completeEpochs ? run.epoch : null };
}

export function isActive({ status }: RunSummary): boolean {
  return (ACTIVE_STATUSES as readonly string[]).includes(status);
}

/** Whether it can go on as it is: a finished one needs a later end first, imported weights have no text. */
export function canResume({ status, corpusId }: RunSummary): boolean {
  return corpusId !== null && (status === 'stopped' || status === 'interrupted' || status === 'failed');
}

/** The epoch that stands for a run beside another: its best one, else the last. */
export function epochToShow({ bestEpoch, epoch }: RunSummary): number {
  return bestEpoch ?? epoch;
}

/** A name that every file system takes. */
export function fileName(name: string, extension: string): string {
  const safe = name
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '')
    .slice(0, 120);
  return `${safe === '' ? 'run' : safe}.${extension}`;
}

/** What imported weights are called: as their file is, unless that would mean another run where a run is named. */
export function importedName(file: string): string {
  const stem = file.replace(/\.safetensors$/i, '').trim();
  return (stem === '' || /^(#?\d+|last)$/i.test(stem) ? `imported ${stem}`.trim() : stem).slice(0, 190);
}
