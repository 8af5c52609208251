/** What is asked is answered: each with its own answer, as it is, or with its error. */
import { describe, expect, it } from 'vitest';
import { FolioError } from '../../../src/shared/errors.ts';
import { EVERYTHING, fits } from '../payloads.ts';
import { loose } from '../transport.ts';
import { defects, fake, page, settled } from './harness.ts';
import fc from '../../property.ts';

/** What our own code answers with: data without classes, whose numbers may be no finite ones. (Zero has one sign: JSON knows no other.) */
const plain: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.double().map((value) => value + 0),
    fc.constantFrom(NaN, Infinity, -Infinity, null),
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.array(tie('value')),
    fc.dictionary(
      fc.string().filter((name) => !name.startsWith('$') && name !== '__proto__'),
      tie('value'),
    ),
  ),
})).value;

export function describeRequests(): void {
  describe('requests', () => {
    it.each(EVERYTHING.filter(({ kind }) => kind === 'request'))('$name reaches its handler', async (named) => {
      expect(fits(named, named.payload)).toBe(true);
      expect(await loose(page.client).request(named.name, named.payload)).toEqual(named.payload);
      expect(fake.calls).toEqual([{ name: named.name, payload: named.payload }]);
    });

    it('are answered each with its own, whatever their order', async () => {
      const answers = new Map<number, (answer: unknown) => void>();
      fake.onRequest('runs:show', (payload) => {
        return new Promise((resolve) => answers.set((payload as { id: number }).id, resolve));
      });
      const asked = [1, 2, 3].map((id) => loose(page.client).request('runs:show', { id }));
      await settled();
      for (const id of [3, 1, 2]) answers.get(id)?.(`run ${id}`);
      expect(await Promise.all(asked)).toEqual(['run 1', 'run 2', 'run 3']);
    });

    it('carry large answers and every character whole', async () => {
      const text = `${'学而时习之\u2028 😀 \u0000 "\\" ñ\n'.repeat(200_000)}end`;
      fake.onRequest('corpora:excerpt', () => ({ text }));
      expect(await loose(page.client).request('corpora:excerpt', { id: 1, characters: 5 })).toEqual({ text });
    });

    it('carry every answer as it is, losses that are not numbers too', async () => {
      await fc.assert(
        fc.asyncProperty(plain, async (answer) => {
          fake.onRequest('training:live', () => answer);
          expect(await loose(page.client).request('training:live', {})).toEqual(answer);
        }),
        { examples: [[[NaN, Infinity, -Infinity, null, 'NaN', '{"$number":"NaN"}']], [{ loss: NaN }], [NaN]] },
      );
    });

    it('refuse a number that is none, whatever it stands for', async () => {
      for (const value of [NaN, Infinity, -Infinity, null]) {
        await expect(loose(page.client).request('runs:show', { id: value })).rejects.toMatchObject({ code: 'usage' });
      }
    });

    it('answer with null where there is nothing to say', async () => {
      fake.onRequest('files:release', () => undefined);
      expect(await loose(page.client).request('files:release', { handle: 'f'.repeat(36) })).toBeNull();
    });

    it("fail with the error's code, message and hint", async () => {
      fake.onRequest('training:stop', () => {
        throw new FolioError('busy', 'run 3 is being saved', 'Wait a moment.');
      });
      const error: unknown = await page.client.request('training:stop', { id: 1 }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FolioError);
      expect(error).toMatchObject({ code: 'busy', message: 'run 3 is being saved', hint: 'Wait a moment.' });
      expect(defects).toEqual([]);
    });

    it('fail without a hint where there is none', async () => {
      fake.onRequest('training:stop', () => Promise.reject(new FolioError('not-found', 'there is no run 3')));
      await expect(page.client.request('training:stop', { id: 1 })).rejects.toMatchObject({
        code: 'not-found',
        hint: undefined,
      });
    });

    it('tell a defect as internal, and report it', async () => {
      const defect = new TypeError('x is not a function');
      fake.onRequest('training:stop', () => Promise.reject(defect));
      await expect(page.client.request('training:stop', { id: 1 })).rejects.toMatchObject({ code: 'internal' });
      expect(defects).toEqual([defect]);
    });
  });
}
