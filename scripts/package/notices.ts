/**
 * npx node scripts/package/notices.ts [--arch x64|arm64] [--tensorflow WHEEL|FOLDER] [--no-engine]
 *
 * Writes build/THIRD-PARTY-NOTICES.txt: the licences of everything in a package that others wrote, from the build that is there (npm run
 * build). Fails when one has no text or a licence that is not among those that may be shipped. The same build gives the same file.
 */
import { writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { toErrorMessage } from '../../src/shared/errors.ts';
import { pinnedBuild } from '../../src/main/engine/tensorflow/builds.ts';
import { readBundledPackages } from './bundled-packages.ts';
import type { LicenceText } from './licence-texts.ts';
import { findNodeLicence, licenceProblems, npmComponents, otherComponents, type Component } from './shipped.ts';
import { buildNotices, wheelNotices } from './wheel-notices.ts';

export const NOTICES_FILE = join('build', 'THIRD-PARTY-NOTICES.txt');

export interface NoticesOptions {
  readonly root: string;
  /** As Node names it: `linux-x64`. */
  readonly platform: string;
  /** A wheel of TensorFlow or the folder of an installed build; null for the one that is installed, or is fetched. */
  readonly tensorflow?: string | null;
  /** False for a package without TensorFlow, although there is one for the system. */
  readonly engine?: boolean;
  readonly say: (line: string) => void;
}

/** Systems whose packages carry TensorFlow. */
const WITH_ENGINE = ['linux-x64', 'linux-arm64', 'darwin-arm64'];

/** Everything in a package for this system that others wrote, in the order of names. */
export async function shippedComponents(options: NoticesOptions): Promise<Component[]> {
  const { root, platform, say } = options;
  const build = options.engine !== false && WITH_ENGINE.includes(platform) ? pinnedBuild('cpu', platform) : null;
  const place = options.tensorflow ?? null;
  const notices = build === null ? [] : place === null ? await buildNotices(build, say) : await wheelNotices(place);
  const surroundings = {
    root,
    platform,
    tensorflow: build === null ? null : { build, notices },
    nodeLicence: findNodeLicence(root),
  };
  const all = [...npmComponents(root, readBundledPackages(root)), ...otherComponents(surroundings)];
  const key = ({ name, version }: Component): string => `${name.toLowerCase()} ${version ?? ''}`;
  const unique = new Map(all.map((component) => [key(component), component]));
  return [...unique.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/**
 * Writes the file.
 *
 * @returns what it tells of
 * @throws Error with one line for each component that must not be shipped as it is
 */
export async function writeNotices(options: NoticesOptions): Promise<Component[]> {
  const components = await shippedComponents(options);
  const problems = licenceProblems(components);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  writeFileSync(join(options.root, NOTICES_FILE), noticesText(components));
  return components;
}

const RULE = '='.repeat(80);

/** The file: a list of what there is, then each licence text once, under the names of all that it belongs to. */
export function noticesText(components: readonly Component[]): string {
  const title = ({ name, version }: Component): string => [name, version].filter(Boolean).join(' ');
  const byText = new Map<string, { text: LicenceText; of: string[] }>();
  for (const component of components) {
    for (const text of component.texts) {
      const entry = byText.get(text.text) ?? { text, of: [] };
      entry.of.push(text.name.includes('/') ? `${title(component)} (${text.name})` : title(component));
      byText.set(text.text, entry);
    }
  }
  const list = components.map((component) => `- ${title(component)} (${component.licence}): ${component.role}`);
  const texts = [...byText.values()].map(({ text, of }) => `${RULE}\n${of.join('\n')}\n${RULE}\n\n${text.text}\n`);
  return [
    'Folio is free software under the MIT licence. It is made with, and comes with, the work of others. This file names all of it and holds its licences.',
    '',
    ...list,
    '',
    ...texts,
  ].join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { arch: { type: 'string' }, tensorflow: { type: 'string' }, 'no-engine': { type: 'boolean' } },
  });
  const root = resolve(import.meta.dirname, '../..');
  const say = (line: string): void => console.log(line);
  const components = await writeNotices({
    root,
    platform: `${process.platform}-${values.arch ?? process.arch}`,
    tensorflow: values.tensorflow ?? null,
    engine: values['no-engine'] !== true,
    say,
  });
  say(`${relative(process.cwd(), join(root, NOTICES_FILE))}: ${components.length} components`);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    const { message, hint } = toErrorMessage(error);
    console.error(hint === undefined ? message : `${message}\n${hint}`);
    process.exitCode = 1;
  }
}
