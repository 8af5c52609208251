import { describe, expect, it } from 'vitest';
import { Vocabulary } from '../../src/main/model/vocabulary.ts';
import { TextReceiver } from '../../src/main/trainer/text-receiver.ts';
import fc from '../property.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const CHARACTERS = ['a', 'é', '戏', '𝒳', '\n'];

describe('TextReceiver', () => {
  it('holds the text once, as ids, however it is cut', async () => {
    const piece = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const all = pieces.flat();
        const receiver = new TextReceiver(CHARACTERS, all.length);
        for (const each of pieces) receiver.take(bytes(each.join('')), false);
        receiver.take(new Uint8Array(), true);
        expect([...(await receiver.ids)]).toEqual(all.map((each) => CHARACTERS.indexOf(each)));
      }),
      { seed: 20_260_103, numRuns: 100 },
    );
  });

  it('takes a vocabulary that is there already', () => {
    const vocabulary = new Vocabulary(CHARACTERS);
    expect(new TextReceiver(vocabulary, 1).vocabulary).toBe(vocabulary);
    expect(new TextReceiver(CHARACTERS, 1).vocabulary.characters).toEqual(CHARACTERS);
  });

  it('does not resolve before the last piece', async () => {
    const receiver = new TextReceiver(CHARACTERS, 2);
    let done = false;
    void receiver.ids.then(() => (done = true));
    receiver.take(bytes('aa'), false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    receiver.take(bytes(''), true);
    expect(await receiver.ids).toHaveLength(2);
  });

  it('names a text that is shorter than announced', async () => {
    const receiver = new TextReceiver(CHARACTERS, 5);
    receiver.take(bytes('aé'), true);
    await expect(receiver.ids).rejects.toMatchObject({
      code: 'damaged',
      message: 'the text has 2 characters where 5 were announced',
    });
  });

  it.each([
    ['more characters than announced', bytes('aaa'), 'damaged', /more than the 2 characters/],
    ['a character that is not in the vocabulary', bytes('ab'), 'prompt', /never seen: .*b/],
    ['bytes that are not UTF-8', Uint8Array.of(0x61, 0xff), 'damaged', /not UTF-8 at byte 1/],
  ])('is rejected for %s, whoever asks and whenever', async (_what, wrong, code, message) => {
    const receiver = new TextReceiver(CHARACTERS, 2);
    receiver.take(wrong, false);
    receiver.take(bytes('a'), true);
    // Nobody was waiting when it failed: that must not be an unhandled rejection.
    await new Promise((resolve) => setImmediate(resolve));
    const error: unknown = expect.objectContaining({ code, message: expect.stringMatching(message) as string });
    await expect(receiver.ids).rejects.toEqual(error);
  });
});
