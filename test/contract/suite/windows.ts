/** Several windows at once, each with calls and subscriptions of its own. */
import { describe, expect, it, vi } from 'vitest';
import { Deliveries, loose } from '../transport.ts';
import { failed, fake, page, program, settled, usage } from './harness.ts';

export function describeWindows(): void {
  describe('windows', () => {
    it('that are closed leave their feeds and cancel their jobs, and those of others go on', async () => {
      const other = await program.open();
      for (const window of [other, page]) {
        void new Deliveries(window.client, 'training:news');
        void new Deliveries(window.client, 'engines:probe');
        await loose(window.client).request('app:info', {});
      }
      await other.close();
      await vi.waitFor(() => expect(fake.signals.map(({ aborted }) => aborted)).toEqual([true, false]));
      expect(fake.left).toEqual(['training:news']);
      await page.close();
      await vi.waitFor(() => expect(fake.signals.map(({ aborted }) => aborted)).toEqual([true, true]));
      expect(fake.left).toEqual(['training:news', 'training:news']);
    });

    it('number their calls for themselves', async () => {
      const other = await program.open();
      fake.onRequest('runs:show', async (payload) => payload);
      const answers = [page, other].map(({ client }, i) => loose(client).request('runs:show', { id: i + 1 }));
      expect(await Promise.all(answers)).toEqual([{ id: 1 }, { id: 2 }]);
    });

    it('have at most 200 subscriptions at a time', async () => {
      const feeds = Array.from({ length: 200 }, () => new Deliveries(page.client, 'runs:changed'));
      const tooMany = new Deliveries(page.client, 'engines:probe');
      expect(await tooMany.next()).toEqual(failed(usage('at most 200 subscriptions')));
      expect(fake.calls.filter(({ name }) => name === 'engines:probe')).toEqual([]);
      expect(feeds.flatMap(({ all }) => all)).toEqual([]);
      feeds[0]?.leave();
      await settled();
      const again = new Deliveries(page.client, 'runs:changed');
      await settled();
      expect(again.all).toEqual([]);
    });

    it('cannot subscribe twice under one number', async () => {
      let emit = (_event: unknown): void => undefined;
      fake.onFeed('runs:changed', (_, tell) => {
        emit = tell;
        return () => undefined;
      });
      const wire = vi.spyOn(page.client, 'receive');
      const message = { type: 'subscribe', id: 77, name: 'runs:changed', payload: {} };
      page.post(message);
      page.post(message);
      await settled();
      expect(fake.calls.filter(({ name }) => name === 'runs:changed')).toHaveLength(1);
      expect(wire.mock.calls).toContainEqual([
        { type: 'delivery', id: 77, delivery: failed(usage('77 is there already')) },
      ]);
      wire.mockClear();
      emit('still here');
      await settled();
      expect(wire.mock.calls).toContainEqual([
        { type: 'delivery', id: 77, delivery: { kind: 'event', event: 'still here' } },
      ]);
    });

    it('may leave what they never had', async () => {
      page.post({ type: 'unsubscribe', id: 4711 });
      expect(await settled()).toEqual({});
    });
  });
}
