/** Texts that are stored in pieces: whole or not there, and the other work gets its turns. */
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createCorpusService } from '../../src/main/services/corpora.ts';
import { withMethods } from '../support/records.ts';
import { chinese, fileOf, record, refusal, resources, scratch, useCorpora } from './corpora-harness.ts';

useCorpora();

describe('a text that is stored while other work goes on', () => {
  const long = () => fileOf(Array.from({ length: 400_000 }, (_, i) => `line ${i}\n`).join(''));

  it('comes back as it was, under the name that it was given', async () => {
    const { store, service, texts } = record();
    const path = long();
    const corpus = await service.add(path, undefined, { name: 'lines' });
    expect(corpus).toMatchObject({ name: 'lines', vocabularySize: 16 });
    expect(texts()[0] === readFileSync(path, 'utf8')).toBe(true);
    expect(corpus.storedBytes).toBeLessThan(corpus.characters);
    expect(store.check()).toEqual([]);
  });

  it('is not there before it is whole, and the other work gets its turns', async () => {
    const { store, service } = record();
    let turns = 0;
    let seen = 0;
    const timer = setInterval(() => {
      turns++;
      seen += store.corpora().length;
    }, 1);
    const adding = service.add(long()).finally(() => {
      clearInterval(timer);
    });
    await adding;
    expect(turns).toBeGreaterThan(5);
    expect(seen).toBe(0);
    expect(store.corpora()).toHaveLength(1);
  });

  it('can be cancelled while another thread stores something', async () => {
    const { store } = record();
    const other = Promise.withResolvers<void>();
    const waiting = Promise.withResolvers<void>();
    const writable = (): Promise<void> => {
      waiting.resolve();
      return other.promise;
    };
    const service = createCorpusService(withMethods(store, { writable }), resources);
    const cancel = new AbortController();
    const refused = refusal(service.add(fileOf(chinese), undefined, { signal: cancel.signal }));
    await waiting.promise;
    cancel.abort();
    other.resolve();
    expect(await refused).toMatchObject({ code: 'cancelled' });
    expect(store.corpora()).toEqual([]);
  });

  it.each([0.2, 0.7])('can be cancelled at %d of it, and nothing stays', async (share) => {
    const { store, service } = record();
    const cancel = new AbortController();
    const adding = service.add(
      long(),
      (done, total) => {
        if (done > share * total) cancel.abort();
      },
      { signal: cancel.signal },
    );
    expect((await refusal(adding)).code).toBe('cancelled');
    expect(store.corpora()).toEqual([]);
    expect(leftovers(store.path)).toBe(0);
    expect(await service.add(long())).toMatchObject({ vocabularySize: 16 });
  });

  it('that a dying process left behind is swept at the next start, and can be added then', async () => {
    const folder = scratch.folder();
    const store = scratch.open(folder);
    const path = long();
    const adding = createCorpusService(store, resources).add(path, (done, total) => {
      if (done > 0.7 * total) store.close();
    });
    expect((await refusal(adding)).code).toBe('cancelled');
    expect(leftovers(store.path)).toBe(1);
    const next = scratch.open(folder);
    expect(leftovers(next.path)).toBe(0);
    expect(await createCorpusService(next, resources).add(path)).toMatchObject({ vocabularySize: 16 });
  });

  it('is one text when two store it at once', async () => {
    const { store, service } = record();
    const path = long();
    const [first, second] = await Promise.all([service.add(path), service.add(path)]);
    expect(second).toEqual(first);
    expect(store.corpora()).toHaveLength(1);
    expect(leftovers(store.path)).toBe(0);
  });
});

function leftovers(path: string): number {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare('SELECT count(*) FROM corpus WHERE complete = 0').pluck().get() as number;
  } finally {
    db.close();
  }
}
