/** The workflows were never run where this was written; so at least what can be known of them without that is held here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowChecker, type CheckWorkflow } from '../support/workflow-parser.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, '.github', 'workflows');
const workflows = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

/** As a workflow writes it. */
const expression = (inside: string): string => ['$', '{{ ', inside, ' }}'].join('');

const PINNED = /uses: [\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$/;

/** The lines that a shell is given. */
function commands(lines: readonly string[]): string[] {
  let inside: number | null = null;
  return lines.filter((line) => {
    const indent = line.search(/\S/);
    if (inside !== null && (indent > inside || indent === -1)) return true;
    const run = /^( *(?:- )?)run:/.exec(line);
    inside = run === null ? null : (run[1]?.length ?? 0);
    return run !== null;
  });
}

/** What the house asks for beyond what GitHub does. */
function breaches(text: string): string[] {
  const lines = text.split('\n');
  const jobs = text
    .slice(text.indexOf('\njobs:\n'))
    .split(/\n(?= {2}[\w-]+:\n)/)
    .slice(1);
  return [
    ...lines.filter((line) => /\buses:/.test(line) && !PINNED.test(line)).map((line) => `not pinned: ${line.trim()}`),
    ...(lines.includes('permissions: {}') ? [] : ['a workflow begins without any permission']),
    ...(/^concurrency:$/m.test(text) ? [] : ['nothing says what happens when it runs twice']),
    ...jobs.flatMap((job) =>
      ['permissions:', 'timeout-minutes:']
        .filter((key) => !job.includes(`\n    ${key}`))
        .map((key) => `${job.split('\n')[0]?.trim()} has no ${key}`),
    ),
    // Whoever may name a branch or a tag may not thereby write a command.
    ...commands(lines)
      .filter((line) => line.includes('${{'))
      .map((line) => `an expression in a command: ${line.trim()}`),
    ...[...text.matchAll(/\bnode (scripts\/[\w./-]+)/g)]
      .filter(([, script]) => !existsSync(join(root, script ?? '')))
      .map(([command]) => `not there: ${command}`),
    ...lines
      .filter((line) => line.includes('persist-credentials: true'))
      .map((line) => `leaves the token behind: ${line.trim()}`),
  ];
}

describe('workflows', () => {
  let check: CheckWorkflow;
  beforeAll(async () => {
    check = await workflowChecker();
  });

  it('there are two', () => {
    expect(workflows.map(({ name }) => name)).toEqual(['ci.yml', 'release.yml']);
  });

  it.each(workflows)('$name is what GitHub takes, and keeps the rules of the house', async ({ name, text }) => {
    expect(await check(name, text)).toEqual([]);
    expect(breaches(text)).toEqual([]);
  });

  it.each([
    ['a key that there is not', /runs-on:/, 'runs-in:', 'runs-in'],
    ['a permission that there is not', /contents: read/, 'content: read', 'content'],
    ['an expression that is cut', /\$\{\{ matrix\.name \}\}/, expression('format('), 'expression'],
    ['a context that there is not', /\$\{\{ matrix\.name \}\}/, expression('matrx.name'), 'matrx'],
    ['a key that is not indented as its neighbours', /^ {4}steps:/m, '   steps:', ''],
  ])('the check finds %s', async (_what, place, planted, named) => {
    for (const { name, text } of workflows) {
      expect(text).toMatch(place);
      expect((await check(name, text.replace(place, planted))).join('\n')).toContain(named);
      expect(await check(name, text.replace(place, planted))).not.toEqual([]);
    }
  });

  it.each([
    [/@[0-9a-f]{40} # v7\.0\.1/, '@v7', 'not pinned: - uses: actions/checkout@v7'],
    [/^permissions: \{\}$/m, 'permissions: write-all', 'a workflow begins without any permission'],
    [/^concurrency:$/m, '# concurrency', 'nothing says what happens when it runs twice'],
    [/^ {4}timeout-minutes: \d+$/m, '', 'has no timeout-minutes:'],
    [/^ {4}permissions:$/m, '    rights:', 'has no permissions:'],
    [/run: npm/, `run: echo ${expression('github.head_ref')}; npm`, 'an expression in a command'],
    [/run: \|$/m, `run: |\n          echo ${expression('github.head_ref')}`, 'an expression in a command'],
    [/persist-credentials: false/, 'persist-credentials: true', 'leaves the token behind'],
  ])('the house finds what breaks its rules: %s', (place, planted, named) => {
    for (const { text } of workflows) {
      expect(breaches(text.replace(place, planted)).join('\n')).toContain(named);
    }
    expect(breaches('run: node scripts/nowhere.ts').join()).toContain('not there: node scripts/nowhere.ts');
  });
});
