/** The epochs of a run that text can be written from, as one chooses among them. */
import type { RunDetail } from '../../../shared/domain.ts';

export type EpochChoice = number | 'best' | 'last';

export interface EpochRow {
  readonly epoch: number;
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  readonly best: boolean;
  readonly last: boolean;
  /** Weights that were thinned out: the epoch is known, but writes no more. */
  readonly gone: boolean;
  /** Saved inside the epoch, before its end. */
  readonly inside: boolean;
}

type Described = Pick<RunDetail, 'bestEpoch' | 'checkpoints' | 'epochs'>;

/** Every epoch that has been, the newest first. */
export function epochRows({ bestEpoch, checkpoints, epochs }: Described): EpochRow[] {
  const stored = checkpoints.filter(({ bytes }) => bytes > 0).toSorted((a, b) => a.step - b.step || a.id - b.id);
  const last = stored.at(-1);
  const records = new Map(epochs.map((record) => [record.epoch, record]));
  const numbers = new Set([...records.keys(), ...checkpoints.map(({ epoch }) => epoch)]);
  return [...numbers]
    .sort((a, b) => b - a)
    .map((epoch) => {
      const record = records.get(epoch);
      const own = stored.filter((checkpoint) => checkpoint.epoch === epoch);
      const whole = own.findLast(({ kind }) => kind === 'epoch');
      // Inside an epoch only the very last state can be asked for (as "last").
      const inside = whole === undefined && last !== undefined && last.epoch === epoch;
      return {
        epoch,
        trainLoss: record?.trainLoss ?? whole?.trainLoss ?? null,
        validationLoss: record?.validationLoss ?? whole?.validationLoss ?? null,
        best: epoch === bestEpoch,
        last: last?.epoch === epoch,
        gone: whole === undefined && !inside,
        inside,
      };
    });
}

/** The epoch that a choice comes to; null when nothing can be written from. */
export function resolveEpoch(rows: readonly EpochRow[], choice: EpochChoice): EpochRow | null {
  const there = rows.filter(({ gone }) => !gone);
  const last = there.find((row) => row.last) ?? null;
  if (choice === 'last') return last;
  if (choice === 'best') return there.find(({ best }) => best) ?? last;
  return there.find(({ epoch }) => epoch === choice) ?? null;
}

/** How a row is asked for: one that was saved inside its epoch only as the last. */
export function choiceOf(row: EpochRow): EpochChoice {
  return row.inside ? 'last' : row.epoch;
}
