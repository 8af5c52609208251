/** The commands that let a run write, measure it, and move it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeSafetensors } from '../../../src/main/model/safetensors.ts';
import type { RunDetail } from '../../../src/shared/domain.ts';
import { FolioError } from '../../../src/shared/errors.ts';
import { fakeApp } from '../fake-app.ts';
import { run } from '../fixtures.ts';
import { folio, squeeze } from '../run-cli.ts';

/** One that is there; the app of these tests reads and writes nothing. */
const FILE = fileURLToPath(import.meta.url);

/** One that begins as weights do; gone after the test. */
function weightsFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'folio-models-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'mine.safetensors');
  writeFileSync(file, encodeSafetensors(new Map(), {}));
  return file;
}

describe('generate', () => {
  it('writes the prompt and the text on stdout, all else on stderr', async () => {
    const { code, out, err } = await folio(['generate', 'last', '--prompt', 'JULIET: ', '--seed', '5']);
    expect(code).toBe(0);
    expect(out).toBe('JULIET: What light is this\n');
    expect(err).toMatch(/^seed 5, 2,800 characters\/s, wasm\n$/);
  });

  it('starts with the first prompt of the run unless one is given', async () => {
    expect((await folio(['generate', '1'])).out).toMatch(/^ROMEO: /);
  });

  it('starts with something that the run can spell, even when none of its prompts can be', async () => {
    const imported = run({ vocabulary: ['\n', 'a', 'b'] });
    const { code, out } = await folio(['generate', '1'], { fake: fakeApp([imported]) });
    expect(code).toBe(0);
    expect(out).toBe('\nWhat light is this\n');
  });

  it('takes a random seed that it tells, another each time', async () => {
    const seeds = new Set<string>();
    for (let i = 0; i < 4; i++) seeds.add(/seed (\d+)/.exec((await folio(['generate', '1'])).err)?.[1] ?? '');
    expect(seeds.size).toBeGreaterThan(1);
    expect(seeds).not.toContain('');
  });

  it('writes several texts one after the other with a line between', async () => {
    const { out } = await folio(['generate', '1', '--count', '3']);
    expect(out).toBe(
      [
        '── 1 of 3 ──',
        'ROMEO: What light is this',
        '── 2 of 3 ──',
        'ROMEO: What light is this',
        '── 3 of 3 ──',
        'ROMEO: What light is this',
        '',
      ].join('\n'),
    );
  });

  it('gives a pipe the text as it is, and a terminal no control characters', async () => {
    const fake = fakeApp();
    fake.texts = ['a\u001b[2Jb\n'];
    expect((await folio(['generate', '1'], { fake })).out).toBe('ROMEO: a\u001b[2Jb\n');
    expect((await folio(['generate', '1'], { fake, tty: true })).out).toBe('ROMEO: a␛[2Jb\n');
  });

  it('is one object with --json', async () => {
    const { err, json } = await folio([
      'generate',
      '1',
      '--count',
      '2',
      '--seed',
      '7',
      '--stop',
      '\\n\\n',
      '--top-k',
      '5',
      '--json',
    ]);
    expect(err).toBe('');
    expect(json()).toMatchObject([
      {
        texts: ['ROMEO: What light is this', 'ROMEO: What light is this'],
        seed: 7,
        charactersPerSecond: 2800,
        settings: { stop: '\n\n', topK: 5, topP: 1, minP: 0, temperature: 1, length: 1000 },
        run: 1,
        epoch: 1,
        cancelled: false,
        stored: true,
      },
    ]);
  });

  it('says when its texts could not be stored', async () => {
    const fake = fakeApp();
    fake.notStored = 'process 7 (folio train) is working with /data';
    const plainly = await folio(['generate', '1'], { fake });
    expect(plainly.code).toBe(0);
    expect(squeeze(plainly.err)).toContain('Not stored in the record: process 7 (folio train) is working with /data.');
    const { err, json } = await folio(['generate', '1', '--json'], { fake });
    expect(json()).toMatchObject([{ stored: false }]);
    expect(err).toContain('Not stored');
  });

  it('refuses a prompt that the run cannot read, with nothing on stdout', async () => {
    const { code, out, err } = await folio(['generate', '1', '--prompt', 'é']);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toBe('error: é is not in the vocabulary\nUse --unknown drop.\n');
  });

  it('refuses a --stop that can never appear, before anything is computed', async () => {
    const { code, out, err } = await folio(['generate', '1', '--stop', '\\né§é']);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(squeeze(err)).toContain(
      'error: the text of --stop can never appear: the run does not know é (U+00E9) and § (U+00A7) ',
    );
    expect((await folio(['generate', '1', '--stop', '\\nROMEO'])).code).toBe(0);
  });

  it('keeps what is there when it is interrupted, and ends with 130', async () => {
    const { code, out } = await folio(['generate', '1'], { onListening: (interrupt) => interrupt('signal') });
    expect(code).toBe(130);
    expect(out).toContain('What light');
  });
});

describe('evaluate, export, import', () => {
  it('tells nats, bits and perplexity', async () => {
    const { code, out } = await folio(['evaluate', '1', '--text', 'x.txt']);
    expect(code).toBe(0);
    expect(squeeze(out)).toContain('Loss 0.6931 nats a character 1.0000 bits a character Perplexity 2.000');
    const [result] = (await folio(['evaluate', '1', '--text', 'x.txt', '--json'])).json();
    expect(result).toMatchObject({ nats: Math.LN2, bits: 1, perplexity: 2, characters: 1000 });
  });

  it('tells large numbers with separators', async () => {
    const fake = fakeApp();
    const measured = { nats: 10.1, bits: 14.57, perplexity: 24_343.0094, characters: 1_115_394, dropped: [] };
    fake.app.generation.evaluate = () => Promise.resolve(measured);
    const { out } = await folio(['evaluate', '1', '--text', 'x.txt'], { fake });
    expect(out).toContain('24,343.009');
    expect(out).toContain('1,115,394');
  });

  it('says what it left out of the text', async () => {
    const fake = fakeApp();
    fake.dropped = ['é', '\t'];
    const argv = ['evaluate', '1', '--text', 'x.txt', '--unknown', 'drop'];
    const { err } = await folio(argv, { fake });
    expect(squeeze(err)).toContain(
      'Left out of the text, because the run does not know them: é (U+00E9) and tab (U+0009)',
    );
    expect((await folio([...argv, '--json'], { fake })).json()).toMatchObject([{ dropped: ['é', '\t'] }]);
  });

  it.each([
    ['generate', '1'],
    ['evaluate', '1', '--text', 'x.txt'],
    ['export', '1', '--out', '/tmp/w.safetensors'],
  ])('%s %s keeps nobody from writing', async (...argv) => {
    const fake = fakeApp();
    await folio(argv, { fake });
    expect(fake.modes).toEqual(['look']);
  });

  it.each([
    ['generate', '1'],
    ['evaluate', '1', '--text', 'x.txt'],
    ['export', '1', '--out', '/tmp/w.safetensors'],
  ])('%s %s says when another epoch has the lower validation loss', async (...argv) => {
    const [first] = run().checkpoints;
    const at = (epoch: number, validationLoss: number | null) => ({
      ...first,
      id: epoch,
      epoch,
      step: epoch,
      validationLoss,
    });
    const overfitted = run({ bestEpoch: 1, checkpoints: [at(1, 1.5), at(2, 1.75)] as RunDetail['checkpoints'] });
    const { code, err } = await folio(argv, { fake: fakeApp([overfitted]) });
    expect(code).toBe(0);
    expect(err).toMatch(
      /^--epoch best has the lower validation loss: epoch 1's is 1\.5000, the last\s+epoch's \(2\) is 1\.7500\.$/m,
    );
    expect((await folio([...argv, '--epoch', 'best'], { fake: fakeApp([overfitted]) })).err).not.toContain('lower');
    for (const checkpoints of [[at(1, null), at(2, null)], [at(1, 1.5)]]) {
      const other = run({ bestEpoch: 1, checkpoints: checkpoints as RunDetail['checkpoints'] });
      expect((await folio(argv, { fake: fakeApp([other]) })).err).not.toContain('lower');
    }
  });

  it('exports and says where', async () => {
    const { code, out } = await folio(['export', '1', '--out', '/tmp/w.safetensors']);
    expect(code).toBe(0);
    expect(out).toBe('Wrote /tmp/w.safetensors (16.1 MB).\n');
    const [result] = (await folio(['export', '1', '--epoch', 'best', '--out', '/tmp/w.safetensors', '--json'])).json();
    expect(result).toEqual({
      run: 1,
      epoch: 'best',
      file: '/tmp/w.safetensors',
      bytes: 16_086_276,
      replaced: false,
    });
  });

  it('says when an export takes the place of another file', async () => {
    const argv = ['export', '1', '--out', FILE];
    expect((await folio(argv)).out).toBe(`Replaced ${FILE} (16.1 MB).\n`);
    expect((await folio([...argv, '--json'])).json()).toMatchObject([{ file: FILE, replaced: true }]);
  });

  it('imports and says what to do with it', async () => {
    const argv = ['import', weightsFile(), '--name', 'mine'];
    const { code, out, err } = await folio(argv);
    expect(code).toBe(0);
    expect(out).toContain('Imported as run 9, mine.');
    expect(out).toContain('npx folio generate 9');
    expect(err).toBe('');
    expect((await folio([...argv, '--json'])).json()).toEqual([{ run: 9, name: 'mine' }]);
    const again = await folio(argv, { fake: fakeApp([run({ name: 'mine' })]) });
    expect(again.out).toContain('Imported as run 9, mine (2).');
    expect(again.err).toBe('There is a run "mine" already: this one is called "mine (2)".\n');
  });

  it('says that there is nothing to import before it asks for the record', async () => {
    const openError = new FolioError('locked', 'process 4711 is working with /data');
    const { code, err } = await folio(['import', 'nothing.safetensors'], { openError });
    expect(code).toBe(1);
    expect(squeeze(err)).toContain('nothing.safetensors cannot be read');
    expect(err).not.toContain('4711');
  });
});
