/** What a training run tells the outside: the live events of the contract, and the lines of `folio train --json`. */
import type { RunConfig } from './config.ts';
import type { EngineReport, EpochRecord, RunStatus, Sample } from './domain.ts';
import type { ErrorMessage } from './errors.ts';

export type TrainingEvent = { readonly run: number } & (
  | { readonly type: 'created'; readonly name: string }
  | { readonly type: 'engine'; readonly report: EngineReport; readonly rejected: readonly EngineReport[] }
  | {
      readonly type: 'plan';
      readonly config: RunConfig;
      readonly stepsPerEpoch: number;
      readonly totalSteps: number | null;
      readonly trainingCharacters: number;
      readonly validationCharacters: number;
      /** How the configuration was completed for its minutes, in words; null when nothing was planned. */
      readonly reason: string | null;
    }
  | {
      readonly type: 'first-look';
      readonly inputShape: readonly number[];
      readonly logitsShape: readonly number[];
      readonly loss: number;
      readonly uniformLoss: number;
      readonly input: string;
      readonly target: string;
      readonly prediction: string;
    }
  | {
      readonly type: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly stepInEpoch: number;
      readonly loss: number;
      readonly gradientNorm: number | null;
      readonly learningRate: number;
      readonly milliseconds: number;
      readonly charactersPerSecond: number;
      readonly secondsLeft: number | null;
    }
  /** `trying-graphics` before there is an engine: the graphics card is tried, in a process of its own. */
  | {
      readonly type: 'phase';
      readonly phase: 'trying-graphics' | 'training' | 'validating' | 'sampling' | 'saving' | 'paused';
    }
  /** `bytesFreed` as in its checkpoint. */
  | ({ readonly type: 'epoch'; readonly step: number; readonly bytesFreed: number } & EpochRecord)
  | ({ readonly type: 'sample' } & Sample)
  /** A resumable state was stored; `bytesFreed` by the policy that thins older ones. */
  | {
      readonly type: 'checkpoint';
      readonly kind: 'epoch' | 'recovery';
      readonly epoch: number;
      readonly step: number;
      readonly bytes: number;
      readonly bytesFreed: number;
    }
  | { readonly type: 'status'; readonly status: RunStatus; readonly reason: string }
  /** The last event of a run that this process trained. */
  | {
      readonly type: 'finished';
      readonly status: RunStatus;
      readonly reason: string;
      readonly epochs: number;
      readonly steps: number;
      readonly seconds: number;
      readonly error: ErrorMessage | null;
    }
);
