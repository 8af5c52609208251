/** What a text is called that comes from a file. */
const LONGEST_NAME = 200;

/** Whether a file holds weights, not a text. */
export function isWeights(file: string): boolean {
  return /\.safetensors$/i.test(file);
}

/** As its file is, without the ending that every text has. */
export function nameOf(file: string): string {
  const stem = file.replace(/\.(txt|text|md)$/i, '').trim();
  return (stem === '' ? file : stem).slice(0, LONGEST_NAME);
}
