/** What is subscribed to without an end of its own. */
import { describe, expect, it, vi } from 'vitest';
import { FolioError } from '../../../src/shared/errors.ts';
import { Deliveries } from '../transport.ts';
import { failed, fake, page, settled } from './harness.ts';

export function describeFeeds(): void {
  describe('feeds', () => {
    it('deliver in order until the window leaves, and nothing afterwards', async () => {
      let emit = (_event: unknown): void => undefined;
      fake.onFeed('runs:changed', (_, tell) => {
        emit = tell;
        tell('at once');
        return () => undefined;
      });
      const feed = new Deliveries(page.client, 'runs:changed');
      expect(await feed.next()).toEqual({ kind: 'event', event: 'at once' });
      for (let i = 0; i < 100; i++) emit(i);
      for (let i = 0; i < 100; i++) expect(await feed.next()).toEqual({ kind: 'event', event: i });
      feed.leave();
      await settled();
      expect(fake.left).toEqual(['runs:changed']);
      const wire = vi.spyOn(page.client, 'receive');
      emit('too late');
      await settled();
      expect(feed.all).toHaveLength(101);
      expect(wire.mock.calls.map(([message]) => message.type)).not.toContain('delivery'); // it is not even sent
      feed.leave();
      await settled();
      expect(fake.left).toHaveLength(1);
    });

    it('that cannot begin say why', async () => {
      fake.onFeed('runs:changed', () => {
        throw new FolioError('locked', 'the record is locked', 'Close the other Folio.');
      });
      expect(await new Deliveries(page.client, 'runs:changed').next()).toEqual(
        failed({ code: 'locked', message: 'the record is locked', hint: 'Close the other Folio.' }),
      );
    });

    it('are each their own: of two subscriptions one goes on when the other ends', async () => {
      const emits: ((event: unknown) => void)[] = [];
      fake.onFeed('runs:changed', (_, tell) => {
        emits.push(tell);
        return () => undefined;
      });
      const [one, two] = [new Deliveries(page.client, 'runs:changed'), new Deliveries(page.client, 'runs:changed')];
      await settled();
      one.leave();
      await settled();
      for (const emit of emits) emit('news');
      expect(await two.next()).toEqual({ kind: 'event', event: 'news' });
      expect(one.all).toEqual([]);
    });
  });
}
