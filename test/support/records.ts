/** Records in temporary folders, with a small text in them. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/main/store/open.ts';
import type { Store } from '../../src/main/store/types.ts';

export interface TemporaryRecord {
  readonly dir: string;
  readonly store: Store;
  readonly corpusId: number;
  remove(): void;
}

export function temporaryRecord(text = 'to be or not to be, that is the question. '.repeat(50)): TemporaryRecord {
  const dir = mkdtempSync(join(tmpdir(), 'folio-test-'));
  const store = openStore(dir, { mode: 'write' });
  const bytes = new TextEncoder().encode(text);
  const { id } = store.addCorpus({
    name: 'hamlet',
    encoding: 'UTF-8',
    vocabulary: [...new Set(text)].toSorted(),
    characters: Array.from(text).length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    chunks: [bytes],
  });
  return {
    dir,
    store,
    corpusId: id,
    remove: () => {
      store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The record with some of its methods replaced. */
export function withMethods(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const replaced: unknown = Reflect.get(methods, name);
      if (replaced !== undefined) return replaced;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
