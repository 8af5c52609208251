/** The commands that let a run write, measure it, and move it. */
import { describe, expect, it } from 'vitest';
import type { RunDetail } from '../../../src/shared/domain.ts';
import { fakeApp } from '../fake-app.ts';
import { run } from '../fixtures.ts';
import { folio, squeeze } from '../run-cli.ts';

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
    expect(result).toEqual({ run: 1, epoch: 'best', file: '/tmp/w.safetensors', bytes: 16_086_276 });
  });

  it('imports and says what to do with it', async () => {
    const { code, out } = await folio(['import', 'w.safetensors']);
    expect(code).toBe(0);
    expect(out).toContain('run 9');
    expect(out).toContain('npx folio generate 9');
    expect((await folio(['import', 'w.safetensors', '--json'])).json()).toEqual([{ run: 9 }]);
  });
});
