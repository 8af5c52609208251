/** folio train: what is shown. */
import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/shared/presets.ts';
import { fakeApp } from './fake-app.ts';
import { CORPUS, epochRecord, finished, trainingEvents } from './fixtures.ts';
import { folio, plain, squeeze } from './run-cli.ts';

const LINE = 60;

describe('what is shown', () => {
  it('names windows-1252 as people know it', async () => {
    const fake = fakeApp();
    fake.app.corpora.builtin = () => Promise.resolve({ ...CORPUS, encoding: 'windows-1252, 1 undecodable place' });
    expect(squeeze((await folio(['train'], { fake })).out)).toContain(
      'read as windows-1252 (Latin-1), 1 undecodable place',
    );
  });

  it('is the text, engine, model, first look, epochs, samples and what to do next', async () => {
    const { code, out } = await folio(['train', '--epochs', '1']);
    expect(code).toBe(0);
    for (const part of [
      /Text +Shakespeare: 1,115,394 characters, 65 distinct, read as UTF-8/,
      /Run +1, tutorial on Shakespeare/,
      /Engine +wasm: CPU, 1 thread\n +it is always there; 30 GFLOP\/s/,
      /not webgpu: No adapter\./,
      /embedding \(Embedding\) +\(64, None, 256\) +16,640/,
      /gru \(GRU\) +\(64, None, 1024\) +3,938,304/,
      /dense \(Dense\) +\(64, None, 65\) +66,625/,
      /total +4,021,569/,
      /^Precision +float32\nTraining /m,
      /172 batches an epoch/,
      /First batch +\(64, 100\) -> logits \(64, 100, 65\)/,
      /Untrained +loss 4\.175 nats a character; knowing nothing is ln 65 =\s+4\.174/,
      /epoch 1.* train loss 2\.505/,
      /temperature 0\.5/,
      /ROMEO: What light is this/,
      /Finished: 1 epoch, 172 steps, 2 min 30 s\./,
      /Stored in \/data\/folio\.db/,
      /npx folio generate 1 --prompt "ROMEO: "/,
    ]) {
      expect(out).toMatch(part);
    }
  });

  it('is plain lines when nobody watches: no escape sequences, no bar', async () => {
    const { out, err } = await folio(['train']);
    // eslint-disable-next-line no-control-regex -- an escape is what must not be there
    expect(out + err).not.toMatch(/[\u001b\r]/);
    expect(out).toMatch(/^epoch 1\/10 {2}0% {2}loss 4\.170 {2}7,356 characters\/s/m);
  });

  it('is a moving line on a terminal, never wider than it', async () => {
    const { out } = await folio(['train'], { tty: true, columns: LINE, env: { NO_COLOR: '1' } });
    // Each redrawing begins by going to the first column.
    const lines = out.replaceAll('\u001b[1G', '\n').split('\n').map(plain);
    const frames = lines.filter((line) => /^epoch 1\/10 .*%/.test(line));
    expect(frames.length).toBeGreaterThan(0);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(LINE);
    expect(out).toContain('\u001b[?25l'); // the cursor is hidden
    expect(out.lastIndexOf('\u001b[?25h')).toBeGreaterThan(out.lastIndexOf('\u001b[?25l')); // and shown again
    for (const colour of ['\u001b[31m', '\u001b[1m', '\u001b[2m']) expect(out).not.toContain(colour); // NO_COLOR
  });

  it('has no line wider than 60 columns when the terminal is that narrow', async () => {
    const { out } = await folio(['train'], { columns: LINE });
    const wide = out.split('\n').filter((line) => line.length > LINE);
    expect(wide).toEqual([]);
  });

  it('shows control characters of a text as pictures', async () => {
    const { out } = await folio(['train'], { tty: true, columns: 80, env: { NO_COLOR: '1' } });
    expect(out).not.toContain('\u001b[2J');
  });

  it('tells what a plan has chosen', async () => {
    const fake = fakeApp();
    fake.play = (tell, end) => {
      for (const event of trainingEvents(1, { ...PRESETS.best.config, units: 640 })) {
        tell(event.type === 'plan' ? { ...event, totalSteps: null } : event);
      }
      end(finished());
    };
    const { out } = await folio(['train', '--preset', 'best', '--minutes', '3'], { fake });
    expect(out).toMatch(/Chosen for the time: .*units=640/);
    expect(out).toMatch(/3 min of training/);
    expect(out).toMatch(/^epoch 1 /m);
    expect(out).not.toContain('/1000');
  });

  it('names the precision that the plan computes in, for people and as JSON', async () => {
    const mixed = { ...PRESETS.best.config, precision: 'mixed' } as const;
    const fake = fakeApp();
    fake.play = (tell, end) => {
      for (const event of trainingEvents(1, mixed)) tell(event);
      end(finished());
    };
    const told = /^Precision +mixed: matrix products in bfloat16, all else in float32\nTraining /m;
    expect((await folio(['train', '--preset', 'best', '--minutes', '3'], { fake })).out).toMatch(told);
    expect((await folio(['resume', '1', '--set', 'epochs=9'], { fake })).out).toMatch(told);
    const lines = (await folio(['train', '--json'], { fake })).json();
    expect(lines).toContainEqual(expect.objectContaining({ type: 'plan', config: mixed }));
  });

  it('says what thinning older checkpoints has freed', async () => {
    const fake = fakeApp();
    fake.play = (tell, end) => {
      tell({ run: 1, type: 'epoch', step: 1, bytesFreed: 32_172_552, ...epochRecord() });
      end(finished());
    };
    // Every epoch's weights are kept unless the person says otherwise: then it is other things that make way.
    expect((await folio(['train'], { fake, columns: 200 })).out).toMatch(
      /^epoch 1 .*\s+32\.2 MB of older states to resume from freed$/m,
    );
    expect((await folio(['train', '--keep-every', '2'], { fake, columns: 200 })).out).toMatch(
      /^epoch 1 .*32\.2 MB of older checkpoints freed$/m,
    );
    expect((await folio(['train'], { fake: fakeApp() })).out).not.toContain('freed');
  });

  it('marks the best epoch so far by its validation loss', async () => {
    const fake = fakeApp();
    fake.play = (tell, end) => {
      for (const [epoch, validationLoss] of [2.1, 1.9, 2.0].entries()) {
        tell({ run: 1, type: 'epoch', step: 1, bytesFreed: 0, ...epochRecord({ epoch: epoch + 1, validationLoss }) });
      }
      end(finished());
    };
    const { out } = await folio(['train'], { fake });
    const lines = out.split('\n').filter((line) => line.includes('validation loss'));
    expect(lines.map((line) => line.includes('best so far'))).toEqual([true, true, false]);
  });
});
