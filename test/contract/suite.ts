/** What the contract promises to a window, whatever carries it. Each transport runs all of it. */
import { describe, expect, it } from 'vitest';
import { describeFeeds } from './suite/feeds.ts';
import { fake, page, useProgram } from './suite/harness.ts';
import { describeJobs } from './suite/jobs.ts';
import { describeRefusals } from './suite/refusals.ts';
import { describeRequests } from './suite/requests.ts';
import { describeWindows } from './suite/windows.ts';
import { Deliveries, type Transport } from './transport.ts';

export function contractSuite(transport: Transport): void {
  describe(`the contract over ${transport.name}`, () => {
    useProgram(transport);

    describeRequests();

    it('carries events as they are, losses that are not numbers too', async () => {
      const event = { live: { loss: NaN }, events: [{ loss: Infinity, gradientNorm: null }] };
      fake.onFeed('training:news', (_, emit) => {
        emit(event);
        return () => undefined;
      });
      expect(await new Deliveries(page.client, 'training:news').next()).toEqual({ kind: 'event', event });
    });

    describeRefusals();
    describeFeeds();
    describeJobs();
    describeWindows();
  });
}
