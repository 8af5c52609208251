/** The loss of stored weights on a text. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as settled } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { GenerationService } from '../../src/main/services/types.ts';
import {
  answerWith,
  never,
  obediently,
  quiet,
  record,
  runId,
  sentTo,
  service,
  trainers,
  useGeneration,
} from './generation-harness.ts';

useGeneration();

describe('evaluating', () => {
  const evaluate = (
    text: string,
    unknown: 'refuse' | 'drop' = 'refuse',
    signal = never,
  ): ReturnType<GenerationService['evaluate']> => {
    const file = join(record.dir, 'text.txt');
    writeFileSync(file, text);
    return service.evaluate({ runId, epoch: 'best', file, unknown, engine: 'auto' }, quiet, signal);
  };

  let text = '';
  beforeEach(() => {
    text = '';
    answerWith((trainer, message) => {
      obediently(trainer, message);
      if (message.type !== 'text') return;
      text += Buffer.from(message.bytes).toString();
      if (message.last)
        trainer.say(
          { type: 'evaluate-progress', done: 1, total: 2 },
          { type: 'evaluated', nats: Math.LN2 * 2, characters: text.length },
        );
    });
  });

  it('sends the text and converts the loss', async () => {
    expect(await evaluate('to be or not')).toEqual({
      nats: Math.LN2 * 2,
      bits: 2,
      perplexity: expect.closeTo(4) as number,
      characters: 12,
      dropped: [],
    });
    expect(text).toBe('to be or not');
    expect(trainers[0]?.sent.find(({ type }) => type === 'evaluate')).toEqual({ type: 'evaluate', characters: 12 });
  });

  it('refuses unknown characters before a process is started, or drops them', async () => {
    await expect(evaluate('to Zürich')).rejects.toMatchObject({
      code: 'prompt',
      message: expect.stringContaining('Z (U+005A), c (U+0063) and ü (U+00FC)') as string,
    });
    expect(trainers).toEqual([]);
    expect(await evaluate('to Zürich', 'drop')).toMatchObject({ characters: 6, dropped: ['Z', 'c', 'ü'] });
    expect(text).toBe('to rih');
  });

  it('refuses a text in which nothing can be predicted, and a file that is not there', async () => {
    await expect(evaluate('tZZ', 'drop')).rejects.toMatchObject({ code: 'corpus' });
    const missing = service.evaluate(
      { runId, epoch: 'last', file: '/nonexistent', unknown: 'drop', engine: 'auto' },
      quiet,
      never,
    );
    await expect(missing).rejects.toMatchObject({ code: 'file' });
  });

  it('sends no more of a text when the process has reported an error', async () => {
    answerWith((trainer, message) => {
      obediently(trainer, message);
      if (message.type === 'text') trainer.say({ type: 'error', error: { code: 'engine', message: 'out of memory' } });
    });
    await expect(evaluate('to be '.repeat(100_000))).rejects.toMatchObject({ message: 'out of memory' });
    await settled();
    expect(sentTo(0).filter((type) => type === 'text')).toHaveLength(1);
  });

  it('is cancelled by ending the process', async () => {
    const controller = new AbortController();
    answerWith((trainer, message) => {
      if (message.type === 'text' && message.last) controller.abort();
      else obediently(trainer, message);
    });
    await expect(evaluate('to be', 'refuse', controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(trainers[0]?.kills).toEqual(['SIGKILL']);
  });
});
