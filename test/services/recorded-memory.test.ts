import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecordedMemory } from '../../src/main/services/recorded-memory.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { Store } from '../../src/main/store/types.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { temporaryRecord, type TemporaryRecord } from '../support/records.ts';

let temporary: TemporaryRecord;
beforeEach(() => (temporary = temporaryRecord()));
afterEach(() => temporary.remove());

const never = (): never => {
  throw new Error('not expected');
};

describe('what is remembered of engines in the record', () => {
  it('is written where the record is open for it', () => {
    const record = (): Store => temporary.store;
    const memory = createRecordedMemory({ record, writer: never, failed: never });
    expect(memory.read()).toBeNull();
    memory.write('one');
    expect([memory.read(), temporary.store.setting('engines')]).toEqual(['one', 'one']);
  });

  it('is written in a moment of its own where it is not, and read as long as this process lives', () => {
    let opened = 0;
    const writer = () => {
      opened++;
      return { ...withSettings(temporary.store), close: () => undefined };
    };
    const memory = createRecordedMemory({ record: () => null, writer, failed: never });
    memory.write('one');
    expect([memory.read(), temporary.store.setting('engines'), opened]).toEqual(['one', 'one', 1]);
    const nowhere = createRecordedMemory({ record: () => null, writer: () => null, failed: never });
    nowhere.write('two');
    expect([nowhere.read(), temporary.store.setting('engines')]).toEqual(['two', 'one']);
  });

  it('is known to this process only when another one writes; any other failure is told', () => {
    const folder = temporary.dir;
    const failures: unknown[] = [];
    const writer = () => openStore(folder, { mode: 'write', lockWait: 0 });
    const memory = createRecordedMemory({ record: () => null, writer, failed: (error) => failures.push(error) });
    memory.write('one');
    expect([memory.read(), failures]).toEqual(['one', []]);
    const broken = createRecordedMemory({
      record: () => null,
      writer: () => {
        throw new FolioError('damaged', 'no database');
      },
      failed: (error) => failures.push(error),
    });
    broken.write('two');
    expect(failures).toMatchObject([{ code: 'damaged' }]);
    expect(broken.read()).toBe('two');
  });
});

function withSettings(store: Store): Pick<Store, 'setting' | 'setSetting' | 'writable' | 'readOnly'> {
  return {
    readOnly: false,
    setting: (key) => store.setting(key),
    setSetting: (key, value) => store.setSetting(key, value),
    writable: () => store.writable(),
  };
}
