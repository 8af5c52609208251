/** Licences: which ones Folio may ship, and where a package's own text is. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import satisfies from 'spdx-satisfies';

export interface LicenceText {
  /** The file's name, or what else it is. */
  readonly name: string;
  readonly text: string;
}

/** Licences that ask for no more than their text and a notice. Others need a decision, and a line here. */
export const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'NCSA',
  'OFL-1.1', // of typefaces, not sold by themselves
  'Python-2.0',
  'Unlicense',
  'Zlib',
  'blessing', // SQLite's: public domain
] as const;

/** Whether a licence, as SPDX writes it (`MIT`, `(MIT OR Apache-2.0)`), is among those that may be shipped. */
export function isAllowed(licence: string): boolean {
  try {
    return satisfies(licence, [...ALLOWED]);
  } catch {
    return false; // not an expression of SPDX: `SEE LICENSE IN …`, `Commercial`
  }
}

const LICENCE_FILE = /^(licen[cs]e|copying|notice|unlicense|copyright)([-._].*)?$/i;
const CODE = /\.(c|cc|css|h|html|js|json|mjs|ts)$/i;

/** The licence files at the top of a folder, in the order of their names. */
export function licenceFiles(folder: string): LicenceText[] {
  return readdirSync(folder)
    .filter((name) => LICENCE_FILE.test(name) && !CODE.test(name) && statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => ({ name, text: readText(join(folder, name)) }));
}

/** Packages that name their licence but carry no text of it, and who has their copyright (by their readme or their sources). */
const WITHOUT_TEXT: Readonly<Record<string, { readonly licence: string; readonly holder: string }>> = {
  '@polka/url': { licence: 'MIT', holder: 'Luke Edwards' },
  '@tensorflow/tfjs-backend-cpu': { licence: 'Apache-2.0', holder: 'Google LLC' },
  '@tensorflow/tfjs-backend-webgpu': { licence: 'Apache-2.0', holder: 'Google LLC' },
  '@tensorflow/tfjs-core': { licence: 'Apache-2.0', holder: 'Google LLC' },
  '@tensorflow/tfjs-node-gpu': { licence: 'Apache-2.0', holder: 'Google LLC' },
  seedrandom: { licence: 'MIT', holder: 'David Bau' },
  tr46: { licence: 'MIT', holder: 'Sebastian Mayr' },
  sirv: { licence: 'MIT', holder: 'Luke Edwards' },
};

/** Packages whose package.json names no licence; what their licence file is. */
export const WITHOUT_FIELD: Readonly<Record<string, string>> = { 'svelte-toolbelt': 'MIT' };

const STANDARD = resolve(import.meta.dirname, '../../build/licences');

/**
 * The licence texts of an npm package: its own files, or the licence's standard text with the copyright's holder where it is known to
 * bring none.
 *
 * @returns empty when there is no text
 */
export function packageTexts(name: string, licence: string, folder: string): LicenceText[] {
  const own = licenceFiles(folder);
  if (own.length > 0) return own;
  const known = WITHOUT_TEXT[name];
  if (known === undefined || known.licence !== licence) return [];
  const text = readText(join(STANDARD, `${licence}.txt`));
  return [
    { name: `${licence} (the package names it and has no file of it)`, text: `Copyright ${known.holder}\n\n${text}` },
  ];
}

/** Text as it is compared and printed: no byte order mark, Unix line ends, nothing at the ends of lines and of the text. */
export function tidy(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t\f]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}

export function readText(file: string): string {
  return tidy(readFileSync(file, 'utf8'));
}
