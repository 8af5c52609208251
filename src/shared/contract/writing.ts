/** Text from a checkpoint, and a checkpoint's loss on a text. */
import { z } from 'zod';
import type { EngineReport, Sample } from '../domain.ts';
import { job, request } from './define.ts';
import { engineChoice, epochChoice, fileHandle, id, prompt, sampleSettings, unknownCharacters } from './fields.ts';

/** Text that one of the variants has grown by. */
export interface Grown {
  readonly stream: number;
  readonly text: string;
}

export interface Written {
  readonly samples: readonly Sample[];
  /** Why they are not in the record; null when they are. */
  readonly notStored: string | null;
  readonly charactersPerSecond: number;
  readonly report: EngineReport;
  readonly rejected: readonly EngineReport[];
  /** Characters of the prompt that were left out. */
  readonly dropped: readonly string[];
  readonly cancelled: boolean;
  /** Why the program ended it early; null when it did not. What was written is there as always. */
  readonly stopped: string | null;
}

/** What computes: the engine that was asked for, or the fastest; and those that were passed over, each with its reason. */
export interface Warmed {
  readonly report: EngineReport;
  readonly rejected: readonly EngineReport[];
}

export interface Reproduced {
  readonly same: boolean;
  readonly text: string;
  /** Where the two begin to differ, in characters; null when they are the same. */
  readonly differsAt: number | null;
  readonly report: EngineReport;
}

export interface Evaluated {
  readonly nats: number;
  readonly bits: number;
  readonly perplexity: number;
  readonly characters: number;
  readonly dropped: readonly string[];
}

const checkpoint = { run: id, epoch: epochChoice, engine: engineChoice };

export const writing = {
  /** Has the weights ready, so that the first character comes at once. */
  'writing:warm': request<Warmed>()(z.strictObject(checkpoint)),
} as const;

export const writingTopics = {
  'writing:write': job<Grown, Written>()(
    z.strictObject({
      ...checkpoint,
      prompt,
      unknown: unknownCharacters,
      settings: sampleSettings,
      count: z.number().int().min(1).max(64),
    }),
  ),
  /** Writes a stored sample again, from its own settings, and says whether it is the same. */
  'writing:reproduce': job<Grown, Reproduced>()(z.strictObject({ sample: id, run: id })),
  'writing:evaluate': job<{ readonly done: number; readonly total: number }, Evaluated>()(
    z.strictObject({ ...checkpoint, file: fileHandle, unknown: unknownCharacters }),
  ),
} as const;
