/** The record of runs, their curves and their texts. */
import { z } from 'zod';
import type { RunBeginning } from '../beginning.ts';
import type { Curve } from '../curve.ts';
import { MAX_SMOOTHING } from '../curve.ts';
import type { DeletedThing, RunDetail, RunSummary, Sample } from '../domain.ts';
import { feed, job, request } from './define.ts';
import { epochChoice, fileHandle, id, ids, none, one, runName } from './fields.ts';

/** One epoch's frame of the filmstrip: what the run wrote after it, in the order of its prompts and temperatures. */
export interface EpochTexts {
  readonly epoch: number;
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  readonly samples: readonly Sample[];
}

export interface SamplePage {
  readonly samples: readonly Sample[];
  readonly total: number;
}

const curvePayload = z.strictObject({
  id,
  x: z.enum(['step', 'epoch', 'time']),
  /** At most so many points come back. */
  points: z.number().int().min(10).max(20_000),
  smoothing: z.number().min(0).max(MAX_SMOOTHING),
  /** A part of the x axis, for a chart that is zoomed into. */
  from: z.number().nonnegative().optional(),
  to: z.number().nonnegative().optional(),
});

export const runs = {
  /** The newest first, without archived ones unless asked for, never with deleted ones. */
  'runs:list': request<readonly RunSummary[]>()(z.strictObject({ archived: z.enum(['without', 'only', 'all']) })),
  'runs:show': request<RunDetail>()(one),
  /** What it told when it began: engines that were not taken, and the untrained network's first look. */
  'runs:beginning': request<RunBeginning>()(one),
  'runs:rename': request<null>()(z.strictObject({ id, name: runName })),
  'runs:annotate': request<null>()(
    z.strictObject({
      id,
      notes: z.string().max(20_000).optional(),
      tags: z.array(z.string().trim().min(1).max(60)).max(30).optional(),
    }),
  ),
  'runs:archive': request<null>()(z.strictObject({ ids, archived: z.boolean() })),
  /** Can be undone with `runs:restore` for a day. Answers with the bytes that will be freed. Refused for a run at work. */
  'runs:delete': request<{ readonly bytes: number }>()(z.strictObject({ ids })),
  'runs:restore': request<null>()(z.strictObject({ ids })),
  /** Runs and texts that can be had back, the last deleted first. */
  'runs:deleted': request<readonly DeletedThing[]>()(none),
  /** Frees at once what was deleted. */
  'runs:empty-trash': request<{ readonly bytes: number }>()(none),
  'runs:curve': request<Curve>()(curvePayload),
  'samples:by-epoch': request<readonly EpochTexts[]>()(one),
  /** The newest first. */
  'samples:list': request<SamplePage>()(
    z.strictObject({
      id,
      origin: z.enum(['training', 'generate', 'all']),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
    }),
  ),
  'samples:delete': request<null>()(z.strictObject({ ids })),
  'samples:restore': request<null>()(z.strictObject({ ids })),
} as const;

/** What became of the list: summaries that are new or changed, and ids that are gone from it. */
export interface RunsChange {
  readonly changed: readonly RunSummary[];
  readonly gone: readonly number[];
}

export const runsTopics = {
  'runs:changed': feed<RunsChange>()(none),
  'runs:export-weights': job<never, { readonly bytes: number; readonly replaced: boolean }>()(
    z.strictObject({ id, epoch: epochChoice, file: fileHandle }),
  ),
  'runs:import-weights': job<never, { readonly run: number }>()(
    z.strictObject({ file: fileHandle, name: runName.optional() }),
  ),
  /** Every logged step as a table of comma-separated values. */
  'runs:export-metrics': job<never, { readonly bytes: number }>()(z.strictObject({ id, file: fileHandle })),
  /** The same of several runs in one table, in the order given, each line with its run's number and name. */
  'runs:export-curves': job<never, { readonly bytes: number }>()(
    z.strictObject({ ids: z.array(id).min(1).max(100), file: fileHandle }),
  ),
} as const;
