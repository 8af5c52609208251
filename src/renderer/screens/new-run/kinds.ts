/** The kinds of things that the form and its words share: named here, so that the catalogue has a word for each. */

/** Settings that are one of a few words. */
export type ChoiceKey = 'cell' | 'batching' | 'optimizer' | 'schedule' | 'precision';

export type Unit =
  'characters' | 'sequences' | 'units' | 'numbers' | 'epochs' | 'steps' | 'minutes' | 'share' | 'layers';

export type GroupName = 'network' | 'reading' | 'learning' | 'samples' | 'stopping';

export type NumberIssue =
  | { readonly kind: 'empty' }
  | { readonly kind: 'not-a-number' }
  | { readonly kind: 'not-whole' }
  | { readonly kind: 'range'; readonly min: number; readonly max: number };

export type FieldIssue =
  | NumberIssue
  | { readonly kind: 'prompt-empty' }
  | { readonly kind: 'prompt-long' }
  | { readonly kind: 'prompt-unknown'; readonly characters: readonly string[] }
  | { readonly kind: 'too-many-prompts'; readonly most: number }
  | { readonly kind: 'no-prompts' }
  | { readonly kind: 'no-temperatures' }
  | { readonly kind: 'too-many-temperatures'; readonly most: number }
  | { readonly kind: 'decay-without-adamw' }
  | { readonly kind: 'patience-without-validation' }
  | { readonly kind: 'warmup-beyond-end'; readonly maxSteps: number }
  | { readonly kind: 'budget-needed' };

/** What is the matter with a run's name; one that is taken may still be used. */
export type NameIssue = 'long' | 'means-another' | 'taken';
