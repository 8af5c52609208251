/** Why a run stands where it stands, as the program itself says it: recognised by lib/reasons.ts and said in the window's language. */

/** What a process wrote last; the program's own words or an operating system's, as they are. */
const quoted = (last: string): string => (last === '' ? '' : `; the last that it wrote: ${last}`);

export const reasons = {
  endedWaiting: (way: string) => `Folio ended while the run was waiting to start; ${way}`,
  endedStopping: (way: string) => `Folio ended while the run was being stopped; ${way}`,
  endedRunning: (way: string) => `Folio ended while the run was running; ${way}`,
  endedPaused: (way: string) => `Folio ended while the run was paused; ${way}`,
  nothingSaved: () => 'nothing had been saved, so resuming starts from the beginning',
  fromEpoch: (epoch: string, step: string) => `it can be resumed from the end of epoch ${epoch} (step ${step})`,
  fromStep: (step: string, epoch: string) => `it can be resumed from step ${step}, inside epoch ${epoch}`,
  closed: () => 'Folio was closed',
  closedUnsaved: () => 'Folio was closed, and the training could not save in time',
  closedTraining: () => 'Folio was closed while it was training',
  beforeFirstStep: (why: string) => `stopped before the first step (${why})`,
  noAnswer: (seconds: string) =>
    `the training process did not answer for ${seconds} s when it was asked to stop, and was ended`,
  killed: (last: string) =>
    `the training process was killed (SIGKILL), perhaps because the system was out of memory${quoted(last)}`,
  crashed: (signal: string, last: string) => `the training process crashed (${signal})${quoted(last)}`,
  endedOutside: (signal: string, last: string) =>
    `the training process was ended from outside (${signal})${quoted(last)}`,
  neverStarted: (last: string) => `the training process could not be started${quoted(last)}`,
  endedEarly: (last: string) => `the training process ended before its work was done${quoted(last)}`,
  exitCode: (code: string, last: string) => `the training process ended with exit code ${code}${quoted(last)}`,
  notStarted: (why: string) => `the training process could not be started: ${why}`,
  textUnread: (why: string) => `the text cannot be read from the record: ${why}`,
  recordUnwritten: (why: string) => `the record could not be written: ${why}`,
  statusUnwritten: (reason: string, why: string) => `${reason} (and its status could not be written: ${why})`,
  lossBecame: (value: string, step: string) => `the loss became ${value} at step ${step}`,
  gradientBecame: (value: string, step: string) => `the gradient became ${value} at step ${step}`,
  validationBecame: (value: string, step: string) => `the validation loss became ${value} after step ${step}`,
  notFinite: (name: string) => `${name} holds numbers that are not finite`,
  noBetter: (epochs: string, loss: string, epoch: string) =>
    `the validation loss has not improved for ${epochs} epochs (best: ${loss} after epoch ${epoch})`,
  startsAgain: (changes: string) =>
    `starts again from the beginning${changes === '' ? '' : `, with ${changes}`}: no checkpoint had been stored`,
  resumes: (epoch: string, step: string, changes: string, damaged: string) =>
    `resumes from epoch ${epoch}, step ${step}${changes === '' ? '' : `, with ${changes}`}${
      damaged === '' ? '' : `; passed over as damaged: ${damaged}`
    }`,
  imported: (file: string) => `imported from ${file}`,
};
