import { describe, expect, it } from 'vitest';
import { createApi } from '../../../src/main/api/dispatch.ts';
import { pacedApi } from '../../../src/main/headless/serve/paced-api.ts';
import type { RunsChange } from '../../../src/shared/contract/runs.ts';
import type { TrainingNews } from '../../../src/shared/contract/training.ts';
import type { Delivery } from '../../../src/shared/contract/define.ts';
import type { FeedName, JobName } from '../../../src/shared/contract/index.ts';
import { FakeHandlers } from '../../contract/fake-handlers.ts';
import { TOPIC_PAYLOADS } from '../../contract/payloads.ts';
import fc from '../../property.ts';

/** A subscription behind a gate that the test opens and shuts. */
class Paced {
  readonly got: Delivery<unknown, unknown>[] = [];
  readonly leave: () => void;
  readonly fake = new FakeHandlers();
  emit = (_event: unknown): void => undefined;
  end = (_result: unknown): void => undefined;
  readonly #listeners = new Set<() => void>();
  #open = true;

  constructor(name: FeedName | JobName) {
    this.fake.onFeed(name as FeedName, (_, emit) => {
      this.emit = emit;
      return () => undefined;
    });
    this.fake.onJob(name as JobName, (_, emit) => {
      this.emit = emit;
      return new Promise((resolve) => (this.end = resolve));
    });
    const api = pacedApi(
      createApi(this.fake.handlers(), () => undefined),
      {
        isOpen: () => this.#open,
        onOpen: (listener) => {
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
      },
    );
    this.leave = api.subscribe(name, TOPIC_PAYLOADS[name], (delivery) => this.got.push(delivery));
  }

  shut(): void {
    this.#open = false;
  }

  open(): void {
    this.#open = true;
    for (const listener of this.#listeners) listener();
  }

  get waiting(): number {
    return this.#listeners.size;
  }

  events<Event>(): Event[] {
    return this.got.flatMap((delivery) => (delivery.kind === 'event' ? [delivery.event as Event] : []));
  }
}

describe('while the socket is full', () => {
  it('events wait, and come when it has drained', () => {
    const paced = new Paced('engines:install');
    paced.emit(1);
    paced.shut();
    paced.emit(2);
    paced.emit(3);
    expect(paced.events()).toEqual([1]);
    paced.open();
    expect(paced.events()).toEqual([1, 3]);
    paced.emit(4);
    expect(paced.events()).toEqual([1, 3, 4]);
  });

  it('the end of a job comes after what it said', async () => {
    const paced = new Paced('engines:install');
    paced.shut();
    paced.emit('half');
    paced.end('whole');
    await new Promise(setImmediate);
    expect(paced.got).toEqual([
      { kind: 'event', event: 'half' },
      { kind: 'done', result: 'whole' },
    ]);
    expect(paced.waiting).toBe(0);
  });

  it('who leaves gets nothing of what waited', () => {
    const paced = new Paced('runs:changed');
    paced.shut();
    paced.emit({ changed: [], gone: [1] });
    paced.leave();
    paced.open();
    expect(paced.got).toEqual([]);
    expect(paced.fake.left).toEqual(['runs:changed']);
    expect(paced.waiting).toBe(0);
  });

  it('a subscription that is refused leaves nobody waiting', () => {
    let waiting = 0;
    const gate = { isOpen: () => true, onOpen: () => (waiting++, () => waiting--) };
    const api = pacedApi(
      createApi(new FakeHandlers().handlers(), () => undefined),
      gate,
    );
    expect(() => api.subscribe('runs:changed', 7, () => undefined)).toThrow();
    expect(waiting).toBe(0);
  });
});

/** What becomes of a topic's events is the same for the window whether the socket was full at times or never. */
function sameWhateverIsHeld<Event, State>(
  name: FeedName | JobName,
  event: fc.Arbitrary<Event>,
  state: (events: readonly Event[]) => State,
): void {
  fc.assert(
    fc.property(fc.array(fc.oneof(event, fc.constantFrom('shut', 'open')), { maxLength: 40 }), (script) => {
      const paced = new Paced(name);
      const all: Event[] = [];
      for (const move of script) {
        if (move === 'shut') paced.shut();
        else if (move === 'open') paced.open();
        else {
          all.push(move);
          paced.emit(move);
        }
      }
      paced.open();
      expect(state(paced.events<Event>())).toEqual(state(all));
      expect(paced.events().length).toBeLessThanOrEqual(all.length);
    }),
    { numRuns: 200, seed: 4 },
  );
}

describe('what a window knows in the end does not depend on how full its socket was', () => {
  it('of the list of runs', () => {
    const id = fc.integer({ min: 1, max: 4 });
    const change = fc
      .record({ touched: fc.uniqueArray(id), gone: fc.uniqueArray(id), version: fc.integer() })
      .map(({ touched, gone, version }) => ({
        changed: touched.filter((run) => !gone.includes(run)).map((run) => ({ id: run, version })),
        gone,
      }));
    sameWhateverIsHeld('runs:changed', change as unknown as fc.Arbitrary<RunsChange>, (changes) => {
      const list = new Map<number, unknown>([1, 2, 3].map((run) => [run, 'as it was']));
      for (const { changed, gone } of changes) {
        for (const run of changed) list.set(run.id, run);
        for (const run of gone) list.delete(run);
      }
      return new Map([...list].toSorted(([a], [b]) => a - b));
    });
  });

  it('of texts as they grow', () => {
    const grown = fc.record({
      stream: fc.integer({ min: 0, max: 3 }),
      text: fc.string({ minLength: 1, maxLength: 3 }),
    });
    for (const name of ['writing:write', 'writing:reproduce'] as const) {
      sameWhateverIsHeld(name, grown, (events) => {
        const texts = ['', '', '', ''];
        for (const { stream, text } of events) texts[stream] += text;
        return texts;
      });
    }
  });

  it('of a training: nothing that happens once is lost', () => {
    const news = fc.record({
      live: fc.record({ step: fc.nat() }),
      events: fc.array(fc.record({ type: fc.constantFrom('step', 'epoch', 'sample'), loss: fc.nat() }), {
        maxLength: 3,
      }),
    });
    sameWhateverIsHeld('training:news', news as unknown as fc.Arbitrary<TrainingNews>, (all) => ({
      live: all.at(-1)?.live,
      events: all.flatMap(({ events }) => events),
    }));
  });

  it('of a training of very many steps: fewer steps, all of the rest', () => {
    const paced = new Paced('training:news');
    paced.shut();
    for (let step = 0; step < 5000; step++) {
      const events = [{ type: 'step', step, loss: step % 7 }, ...(step % 1000 === 0 ? [{ type: 'epoch', step }] : [])];
      paced.emit({ live: { step }, events });
    }
    paced.open();
    const [news, ...more] = paced.events<{ live: { step: number }; events: { type: string; step: number }[] }>();
    expect(more).toEqual([]);
    expect(news?.live).toEqual({ step: 4999 });
    expect(news?.events.filter(({ type }) => type === 'step').length).toBeLessThanOrEqual(400);
    expect(news?.events.filter(({ type }) => type === 'epoch').map(({ step }) => step)).toEqual([
      0, 1000, 2000, 3000, 4000,
    ]);
  });

  it('of engines that were tried', () => {
    const report = fc.record({ engine: fc.constantFrom('wasm', 'webgpu', 'tensorflow'), gflops: fc.nat() });
    sameWhateverIsHeld('engines:probe', report, (events) =>
      Object.fromEntries(events.map(({ engine, gflops }) => [engine, gflops])),
    );
  });
});
