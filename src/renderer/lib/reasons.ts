/**
 * Why a run stands where it stands comes from the program, in English (services/training-outcome.ts, trainer-exit.ts, supervisor.ts,
 * training.ts, store/sweep.ts, trainer/train.ts). Its sentences have few forms: a window in another language recognises them by these.
 * What is unknown passes as it is, and is marked as English.
 */
import type { Words } from '../words/en/index.ts';

/** A form and what stands in its gaps, in the order of its entry in the words. */
type Form = { readonly [Name in keyof Words['reasons']]: RegExp };

/** A gap that may hold any text, another sentence of the program among them. */
const FORMS: Form = {
  endedWaiting: /^Folio ended while the run was waiting to start; (.+)$/s,
  endedStopping: /^Folio ended while the run was being stopped; (.+)$/s,
  endedRunning: /^Folio ended while the run was running; (.+)$/s,
  endedPaused: /^Folio ended while the run was paused; (.+)$/s,
  nothingSaved: /^nothing had been saved, so resuming starts from the beginning$/,
  fromEpoch: /^it can be resumed from the end of epoch (\d+) \(step (\d+)\)$/,
  fromStep: /^it can be resumed from step (\d+), inside epoch (\d+)$/,
  closed: /^Folio was closed$/,
  closedUnsaved: /^Folio was closed, and the training could not save in time$/,
  closedTraining: /^Folio was closed while it was training$/,
  beforeFirstStep: /^stopped before the first step \((.+)\)$/s,
  noAnswer: /^the training process did not answer for (\d+) s when it was asked to stop, and was ended$/,
  killed:
    /^the training process was killed \(SIGKILL\), perhaps because the system was out of memory(?:; the last that it wrote: (.+))?$/s,
  crashed: /^the training process crashed \((SIG\w+)\)(?:; the last that it wrote: (.+))?$/s,
  endedOutside: /^the training process was ended from outside \((SIG\w+)\)(?:; the last that it wrote: (.+))?$/s,
  neverStarted: /^the training process could not be started(?:; the last that it wrote: (.+))?$/s,
  endedEarly: /^the training process ended before its work was done(?:; the last that it wrote: (.+))?$/s,
  exitCode: /^the training process ended with exit code (\w+)(?:; the last that it wrote: (.+))?$/s,
  notStarted: /^the training process could not be started: (.+)$/s,
  textUnread: /^the text cannot be read from the record: (.+)$/s,
  recordUnwritten: /^the record could not be written: (.+)$/s,
  statusUnwritten: /^(.+) \(and its status could not be written: (.+)\)$/s,
  lossBecame: /^the loss became (NaN|-?Infinity) at step (\d+)$/,
  gradientBecame: /^the gradient became (NaN|-?Infinity) at step (\d+)$/,
  validationBecame: /^the validation loss became (NaN|-?Infinity) after step (\d+)$/,
  notFinite: /^(\S+) holds numbers that are not finite$/,
  noBetter: /^the validation loss has not improved for (\d+) epochs \(best: ([\d.]+|undefined) after epoch (\w+)\)$/,
  startsAgain: /^starts again from the beginning(?:, with (.+))?: no checkpoint had been stored$/s,
  resumes: /^resumes from epoch (\d+), step (\d+)(?:, with (.+?))?(?:; passed over as damaged: (.+))?$/s,
  imported: /^imported from (.+)$/s,
};

/** Recognised before the others, which would take its beginning for a part of theirs. */
const NAMES = ['statusUnwritten', ...Object.keys(FORMS)] as (keyof Form)[]; // its own keys

export interface Said {
  readonly text: string;
  /** Of the text, where it is not the window's. */
  readonly lang: 'en' | undefined;
}

export function sayReason(reason: string, words: Words): Said {
  const said = translated(reason, words.reasons);
  return said === null ? { text: reason, lang: 'en' } : { text: said, lang: undefined };
}

function translated(reason: string, words: Words['reasons']): string | null {
  for (const name of NAMES) {
    const found = FORMS[name].exec(reason);
    if (found === null) continue;
    const gaps = found
      .slice(1)
      .map((gap: string | undefined) => (gap === undefined ? '' : (translated(gap, words) ?? gap)));
    const say: (...gaps: string[]) => string = words[name];
    return say(...gaps);
  }
  return null;
}
