/** Training: what would happen, starting, steering and watching it. */
import { z } from 'zod';
import { runConfigSchema } from '../config.ts';
import type { EngineChoice, EngineReport } from '../domain.ts';
import type { TrainingEvent } from '../events.ts';
import type { LiveTraining } from '../live.ts';
import { feed, job, request } from './define.ts';
import { engineChoice, id, none, one, presetName, runName } from './fields.ts';

/** What a preflight (shared/preflight.ts) needs to know of this machine. */
export interface Circumstances {
  readonly freeMemoryBytes: number | null;
  readonly freeDiskBytes: number | null;
}

/** A few steps with exactly these settings, and what the untrained network writes. */
export interface Trial {
  readonly report: EngineReport;
  readonly rejected: readonly EngineReport[];
  readonly millisecondsPerStep: number;
  readonly charactersPerSecond: number;
  /** Characters a second when it writes one text. */
  readonly writingPerSecond: number;
  /** Mean loss of the untrained network on one batch, and ln V beside it. */
  readonly loss: number;
  readonly uniformLoss: number;
  /** What the untrained network continues the first prompt with. */
  readonly prompt: string;
  readonly text: string;
}

/** What may change when a run goes on: a gentler rate after it diverged, or a later end. */
export const resumeChanges = runConfigSchema
  .pick({ learningRate: true, clipNorm: true, epochs: true, maxSteps: true, minutes: true })
  .partial();
export type ResumeChanges = z.infer<typeof resumeChanges>;

/** The run that a clean quit interrupted, to go on with at the next start. */
export interface ResumeOffer {
  readonly run: number;
  readonly name: string;
  readonly engine: EngineChoice;
}

export const training = {
  'training:circumstances': request<Circumstances>()(none),
  /** Refused ('busy') while another run trains. Answers when the run is in the record. */
  'training:start': request<{ readonly run: number }>()(
    z.strictObject({
      name: runName.optional(),
      preset: presetName,
      corpusId: id,
      config: runConfigSchema,
      engine: engineChoice,
      keepEvery: z.number().int().min(1).max(100_000).optional(),
    }),
  ),
  'training:resume': request<{ readonly run: number }>()(
    z.strictObject({ id, engine: engineChoice, changes: resumeChanges.optional() }),
  ),
  // Each names the run that is meant: by the time it arrives, another may be the one that trains. Then nothing happens.
  'training:pause': request<null>()(one),
  'training:continue': request<null>()(one),
  /** Saves and ends. */
  'training:stop': request<null>()(one),
  'training:live': request<LiveTraining | null>()(none),
  'training:resume-offer': request<ResumeOffer | null>()(none),
  'training:decline-offer': request<null>()(none),
} as const;

/** At most ten a second: where the training stands, and what happened since the last time. */
export interface TrainingNews {
  readonly live: LiveTraining | null;
  readonly events: readonly TrainingEvent[];
}

export const trainingTopics = {
  'training:news': feed<TrainingNews>()(none),
  'training:trial': job<{ readonly phase: 'starting' | 'measuring' | 'writing' }, Trial>()(
    z.strictObject({ corpusId: id, config: runConfigSchema, engine: engineChoice }),
  ),
} as const;
