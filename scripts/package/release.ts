/**
 * What a release is made of beside its packages; each is a command of .github/workflows/release.yml.
 *
 *   npx node scripts/package/release.ts check TAG                       the tag is the version, and CHANGELOG.md tells of it
 *   npx node scripts/package/release.ts notes VERSION                   what CHANGELOG.md tells of it
 *   npx node scripts/package/release.ts checksums FOLDER                FOLDER/SHA256SUMS over its files
 *   npx node scripts/package/release.ts latest FOLDER TAG PAGE          FOLDER/latest.json, which the check for updates reads
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { toErrorMessage } from '../../src/shared/errors.ts';

const root = resolve(import.meta.dirname, '../..');
export const SUMS = 'SHA256SUMS';

/** Three numbers, and maybe a name of what comes before a version: `1.2.0-beta.1`. */
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/**
 * The version that a tag stands for.
 *
 * @throws Error when the tag is none of a release, or of another version than package.json's
 */
export function versionOfTag(tag: string, packageVersion: string): string {
  const version = tag.startsWith('v') ? tag.slice(1) : '';
  if (!VERSION.test(version)) throw new Error(`The tag "${tag}" is not that of a release: v1.2.3.`);
  if (version === packageVersion) return version;
  throw new Error(
    `The tag says ${version} and package.json ${packageVersion}: a release is made of what has its number.`,
  );
}

/**
 * What the change log says about a version, without its heading. For a tag that is not in it yet, what is under "Unreleased" does not count:
 * it has to be given its number first.
 *
 * @throws Error when it says nothing
 */
export function notesOf(changelog: string, version: string): string {
  const lines = changelog.split(/\r?\n/);
  const isHeading = (line: string): boolean => line.startsWith('## ');
  const start = lines.findIndex((line) => isHeading(line) && line.replace(/[[\]]/g, '').split(/\s+/)[1] === version);
  const rest = start === -1 ? [] : lines.slice(start + 1);
  const end = rest.findIndex(isHeading);
  const notes = rest
    .slice(0, end === -1 ? undefined : end)
    .join('\n')
    .trim();
  if (notes === '') throw new Error(`CHANGELOG.md says nothing about ${version}: give it a heading "## ${version}".`);
  return notes;
}

/**
 * The moment that everything in a release is dated with: SOURCE_DATE_EPOCH, seconds since 1970, which the workflow sets to the commit's.
 *
 * @throws Error when it is set to something else
 */
export function sourceDate(env: NodeJS.ProcessEnv, now: () => Date = () => new Date()): Date {
  const epoch = env['SOURCE_DATE_EPOCH'];
  if (epoch === undefined || epoch === '') return now();
  if (!/^\d{1,10}$/.test(epoch)) throw new Error(`SOURCE_DATE_EPOCH is "${epoch}", not a number of seconds.`);
  return new Date(Number(epoch) * 1000);
}

/**
 * The lines of SHA256SUMS for the files of a folder, as `sha256sum -c` reads them, in the order of names.
 *
 * @throws Error when there is nothing, or something that is no file
 */
export async function checksums(folder: string): Promise<string> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => name !== SUMS);
  const wrong = entries.find((entry) => !entry.isFile());
  if (wrong !== undefined)
    throw new Error(`${join(folder, wrong.name)} is not a file: a release is files in one folder.`);
  if (entries.length === 0) throw new Error(`${folder} holds no file to be released.`);
  const lines: string[] = [];
  for (const name of entries.map((entry) => entry.name).sort()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, name)), hash);
    lines.push(`${hash.digest('hex')}  ${name}\n`);
  }
  return lines.join('');
}

/** The check for updates takes no longer ones. */
const MOST_NOTES = 4000;

export const latestSchema = z.strictObject({
  version: z.string().regex(VERSION),
  page: z.url({ protocol: /^https$/ }),
  notes: z.string().min(1).max(MOST_NOTES),
  date: z.iso.date(),
});

/** What the check for updates reads: which version is the newest, where its page is, what is new. */
export function latestFile(version: string, page: string, notes: string, date: Date): string {
  const short = notes.length <= MOST_NOTES ? notes : `${notes.slice(0, notes.lastIndexOf('\n', MOST_NOTES - 2))}\n…`;
  const latest = latestSchema.parse({ version, page, notes: short, date: date.toISOString().slice(0, 10) });
  return `${JSON.stringify(latest, null, 2)}\n`;
}

const packageVersion = (): string =>
  z.looseObject({ version: z.string() }).parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).version;
const changelog = (): string => readFileSync(join(root, 'CHANGELOG.md'), 'utf8');

const COMMANDS: Readonly<Record<string, (...args: string[]) => Promise<string> | string>> = {
  check: (tag = '') => {
    const version = versionOfTag(tag, packageVersion());
    notesOf(changelog(), version);
    return `${tag} is ${version}, as package.json and CHANGELOG.md say.`;
  },
  notes: (version = '') => notesOf(changelog(), version),
  checksums: async (folder = '.') => {
    const sums = await checksums(folder);
    writeFileSync(join(folder, SUMS), sums);
    return sums.trimEnd();
  },
  latest: (folder = '.', tag = '', page = '') => {
    const version = versionOfTag(tag, packageVersion());
    const file = latestFile(version, page, notesOf(changelog(), version), sourceDate(process.env));
    writeFileSync(join(folder, 'latest.json'), file);
    return file.trimEnd();
  },
};

if (import.meta.main) {
  const [name = '', ...args] = process.argv.slice(2);
  try {
    const command = COMMANDS[name];
    if (command === undefined) throw new Error(`"${name}" is none of ${Object.keys(COMMANDS).join(', ')}.`);
    console.log(await command(...args));
  } catch (error) {
    console.error(toErrorMessage(error).message);
    process.exitCode = 1;
  }
}
