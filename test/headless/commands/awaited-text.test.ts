/** Runs that come without their text: the one that every Folio has needs no file, any other is given by the command that goes on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApp } from '../../../src/main/headless/open-app.ts';
import { createCorpusService } from '../../../src/main/services/corpora.ts';
import { openStore } from '../../../src/main/store/open.ts';
import type { Store } from '../../../src/main/store/types.ts';
import { PRESETS } from '../../../src/shared/presets.ts';
import { addText } from '../../store/support.ts';
import { folio, squeeze } from '../run-cli.ts';

const RESOURCES = resolve(import.meta.dirname, '../../../resources');
const TEXT = 'to be or not to be, '.repeat(2000);

let folder: string;
let there: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-awaited-'));
  there = join(folder, 'there');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const real = async (...words: string[]): Promise<readonly [code: number, out: string, err: string]> => {
  const { code, out, err } = await folio(words, { openApp });
  return [code, squeeze(out), squeeze(err)];
};

/** Imports a run on a text, which does not come along. */
async function imported(text: (store: Store) => Promise<number> | number): Promise<readonly [string, string]> {
  const here = join(folder, 'here');
  const store = openStore(here, { mode: 'write' });
  const corpusId = await text(store);
  const { vocabulary } = store.corpus(corpusId);
  const { config } = PRESETS.quick;
  store.createRun({ name: 'run', preset: 'quick', corpusId, config, vocabulary, status: 'finished' });
  store.close();
  const file = join(folder, 'r.folio');
  expect((await real('export', '1', '--no-text', '--out', file, '--data', here))[0]).toBe(0);
  const [code, out, err] = await real('import', file, '--data', there);
  expect(code).toBe(0);
  return [out, err];
}

/** What the run waits for, and what it has. */
function textOf(): readonly [awaited: string | null, text: string] {
  const store = openStore(there, { mode: 'read' });
  const { awaitedText, corpus } = store.run(1);
  store.close();
  return [awaitedText?.name ?? null, corpus];
}

describe('a run that comes without its text', () => {
  it('has it at once where it is the one that comes with every Folio', async () => {
    const [, err] = await imported(async (store) => (await createCorpusService(store, RESOURCES).builtin()).id);
    expect(err).not.toMatch(/did not come along/);
    expect(textOf()).toEqual([null, 'Shakespeare']);
  });

  it('names the command that adds it, which takes that text and no other', async () => {
    const [, err] = await imported((store) => addText(store, TEXT, 'Hamlet'));
    expect(err).toMatch(/Its text, "Hamlet", did not come along .* npx folio resume 1 --corpus FILE --data/);
    const named = /`npx folio resume 1 --corpus FILE --data \S+there` adds it/;
    expect((await real('resume', '1', '--data', there))[2]).toMatch(named);

    const other = join(folder, 'other.txt');
    writeFileSync(other, 'another text');
    const wrong = await real('resume', '1', '--corpus', other, '--data', there);
    expect([wrong[0], wrong[2]]).toEqual([
      1,
      expect.stringMatching(/other\.txt is not “Hamlet”, which run 1 learnt from/),
    ]);
    expect((await real('runs', '--json', '--data', there))[0]).toBe(0);
    expect(textOf()).toEqual(['Hamlet', '']);

    const right = join(folder, 'right.txt');
    writeFileSync(right, TEXT);
    // A finished run is not gone on with, and has its text all the same.
    expect((await real('resume', '1', '--corpus', right, '--data', there))[2]).toMatch(/finished/);
    expect(textOf()).toEqual([null, 'Hamlet']);
    const again = await real('resume', '1', '--corpus', right, '--data', there);
    expect([again[0], again[2]]).toEqual([2, expect.stringContaining('run 1 awaits no text')]);
  });
});
