/** The program's hints are written for its command line; a window says them without what can only be typed there. */

/** What only makes sense in a terminal: `folio resume 3`, `--engine auto`, a variable to be set (one that was set can be unset anywhere). */
const TERMINAL =
  /\bfolio (train|resume|runs|show|generate|evaluate|delete|import|export|backup|restore|move|engines|serve|doctor|welcome)\b|(^|[\s(`"])--[a-z]|(?<!unset )\bFOLIO_[A-Z]/i;

/**
 * The sentences of a hint that help in a window, or null when there are none. Settings keep their names: "Use --set batchSize=8" is
 * "Use batchSize=8".
 */
export function hintForWindow(hint: string): string | null {
  const sentences = hint
    .replace(/--set (?=\w+=)/g, '')
    .split(/(?<=[.;!?])\s+/)
    .filter((sentence) => !TERMINAL.test(sentence));
  // A sentence that went on after a semicolon ends with a full stop now.
  const text = sentences.join(' ').trim().replace(/;$/, '.');
  return text === '' ? null : text;
}
