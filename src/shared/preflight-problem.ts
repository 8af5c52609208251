/** What can be wrong with a run before it starts: as values, and as the command line says it. */
import type { RunConfig } from './config.ts';

/** What was found, for a window that says it in its own words. */
export type PreflightFinding =
  | { readonly code: 'empty-text' }
  | { readonly code: 'vocabulary-too-large'; readonly distinct: number; readonly most: number }
  | { readonly code: 'one-character' }
  | {
      readonly code: 'no-batch';
      /** Of the part that is trained on; `isPart` when some of the text is kept for validation. */
      readonly characters: number;
      readonly isPart: boolean;
      readonly batchSize: number;
      readonly sequenceLength: number;
      /** Characters that one batch needs. */
      readonly needed: number;
    }
  | { readonly code: 'few-steps'; readonly steps: number }
  | { readonly code: 'no-validation'; readonly characters: number; readonly validationCharacters: number }
  | { readonly code: 'noisy-validation'; readonly validationCharacters: number }
  | {
      readonly code: 'rare-characters';
      readonly rare: readonly string[];
      readonly distinct: number;
      /** Each of them occurs less often than this. */
      readonly occurrences: number;
    }
  | { readonly code: 'large-vocabulary'; readonly distinct: number; readonly meanOccurrences: number }
  | { readonly code: 'too-large-to-save'; readonly bytes: number; readonly most: number }
  | { readonly code: 'little-memory'; readonly needed: number; readonly free: number }
  | { readonly code: 'little-disk'; readonly needed: number; readonly free: number };

/** An error keeps the run from starting; a warning is worth reading first. */
export interface PreflightProblem {
  readonly severity: 'error' | 'warning';
  readonly finding: PreflightFinding;
  /** Settings that resolve it, where some do. */
  readonly fix?: Partial<RunConfig>;
  readonly message: string;
  readonly hint: string;
  /** Whether the text or the settings are the cause. */
  readonly cause: 'corpus' | 'config';
}

/** "--set batchSize=8 --set sequenceLength=32" */
export function asSettings(fix: Partial<RunConfig>): string {
  return Object.entries(fix)
    .map(([key, value]) => `--set ${key}=${String(value)}`)
    .join(' ');
}
