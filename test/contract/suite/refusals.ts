/** What does not fit is refused before any handler: payloads, names, and messages of another kind. */
import { describe, expect, it } from 'vitest';
import { EVERYTHING, fits, junk, spoilt, type Named } from '../payloads.ts';
import { Deliveries, loose } from '../transport.ts';
import { defects, failed, fake, page, usage } from './harness.ts';
import fc from '../../property.ts';

/** The answer to a name of either kind: a request's rejection, or a subscription's first delivery, must be a refusal. */
const refusalOf = async ({ kind, name }: Named, payload: unknown): Promise<unknown> => {
  if (kind === 'request') {
    return loose(page.client)
      .request(name, payload)
      .then(
        () => 'answered',
        (error: unknown) => error,
      );
  }
  const delivery = await new Deliveries(page.client, name, payload).next();
  return delivery.kind === 'failed' ? delivery.error : delivery.kind;
};

export function describeRefusals(): void {
  describe('what does not fit', () => {
    it.each(EVERYTHING)('$name refuses every wrong payload before its handler', async (named) => {
      for (const payload of spoilt(named)) {
        expect(await refusalOf(named, payload)).toEqual(usage(`^${named.name}: `));
      }
      await fc.assert(
        fc.asyncProperty(
          junk(named).filter((payload) => !fits(named, payload)),
          async (payload) => {
            expect(await refusalOf(named, payload)).toEqual(usage(`^${named.name}: `));
          },
        ),
        { numRuns: 15, seed: 4, endOnFailure: true },
      );
      expect(fake.calls).toEqual([]);
      expect(defects).toEqual([]);
    });

    it.each(['', 'runs:nothing', 'toString', '__proto__', 'constructor', 'hasOwnProperty'])(
      'refuses the unknown name %j',
      async (name) => {
        if (name !== '') {
          await expect(loose(page.client).request(name, {})).rejects.toEqual(usage('no request'));
          expect(await new Deliveries(page.client, name).next()).toEqual(failed(usage('no topic')));
        }
        // A name of the one verb is none of the other.
        await expect(loose(page.client).request('training:news', {})).rejects.toEqual(usage('no request'));
        expect(await new Deliveries(page.client, 'app:info').next()).toEqual(failed(usage('no topic')));
        expect(fake.calls).toEqual([]);
      },
    );

    it.each([
      ['no object', 7],
      ['no type', { id: 1 }],
      ['an unknown type', { type: 'eval', id: 1, name: 'app:info', payload: {} }],
      ['no number', { type: 'request', id: '1', name: 'app:info', payload: {} }],
      ['a number that is none', { type: 'request', id: 0.5, name: 'app:info', payload: {} }],
      ['more than there is', { type: 'request', id: 1, name: 'app:info', payload: {}, more: true }],
      ['an endless name', { type: 'request', id: 1, name: 'a'.repeat(10_000), payload: {} }],
      ['several at once', [{ type: 'request', id: 1, name: 'app:info', payload: {} }]],
    ])('takes no message with %s', async (_, message) => {
      page.post(message);
      expect(await page.refused).toContain('not of the contract');
      expect(fake.calls).toEqual([]);
    });
  });
}
