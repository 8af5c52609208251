/** What a text is called that comes from a file. */
const LONGEST_NAME = 200;

/** Whether a file holds weights or a whole run, not a text. */
export function isWeights(file: string): boolean {
  return /\.(safetensors|folio)$/i.test(file);
}

/** Whether it holds a whole run. */
export function isRun(file: string): boolean {
  return /\.folio$/i.test(file);
}

/** As its file is, without the ending that every text has. */
export function nameOf(file: string): string {
  const stem = file.replace(/\.(txt|text|md)$/i, '').trim();
  return (stem === '' ? file : stem).slice(0, LONGEST_NAME);
}
