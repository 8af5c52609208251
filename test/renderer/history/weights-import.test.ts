import { describe, expect, it, vi } from 'vitest';
import { createFormat } from '../../../src/renderer/lib/format.ts';
import { WeightsImport } from '../../../src/renderer/screens/history/weights-import.svelte.ts';
import { Notices } from '../../../src/renderer/state/notices.svelte.ts';
import { en } from '../../../src/renderer/words/en/index.ts';
import type { Connection } from '../../../src/renderer/api.ts';
import type { ChosenFile } from '../../../src/shared/contract/app.ts';
import type { FolioClient } from '../../../src/shared/contract/index.ts';
import { FolioError } from '../../../src/shared/errors.ts';

type Deliver = (delivery: object) => void;

/** A window whose program answers imports when the test says so. */
function windowOf(
  adopt: (file: File) => Promise<ChosenFile>,
  openFile: Connection['openFile'] = () => Promise.resolve(null),
) {
  const jobs: { readonly name: string; readonly deliver: Deliver; left: boolean }[] = [];
  const client = {
    request: vi.fn(() => Promise.resolve(null)),
    subscribe: (_topic: string, { name }: { readonly name: string }, deliver: Deliver) => {
      const job = { name, deliver, left: false };
      jobs.push(job);
      return () => {
        job.left = true;
      };
    },
  };
  const notices = new Notices();
  const imported: number[] = [];
  const folio = {
    client: client as unknown as FolioClient, // only what an import asks for
    connection: { adopt, openFile } as unknown as Connection, // as above
    notices,
    format: createFormat('en'),
    words: en,
  };
  const imports = new WeightsImport(folio, (run) => imported.push(run));
  const said = (): string[] => notices.list.map(({ text }) => text);
  return { imports, jobs, imported, client, said };
}

const adopted = (file: File): Promise<ChosenFile> =>
  Promise.resolve({ handle: `handle of ${file.name}`, name: file.name, bytes: 3 });
const file = (name: string): File => new File(['abc'], name);

describe('weights that are dropped', () => {
  it('are imported one after the other', async () => {
    const { imports, jobs, imported, said } = windowOf(adopted);
    const all = imports.drop([file('a.safetensors'), file('B.SAFETENSORS')]);
    await vi.waitFor(() => expect(jobs).toHaveLength(1));
    expect([imports.current, imports.waiting]).toEqual(['a.safetensors', 1]);
    jobs[0]?.deliver({ kind: 'done', result: { run: 7 } });
    await vi.waitFor(() => expect(jobs).toHaveLength(2));
    jobs[1]?.deliver({ kind: 'done', result: { run: 8 } });
    await all;
    expect(jobs.map(({ name }) => name)).toEqual(['a', 'B']);
    expect(imported).toEqual([7, 8]);
    expect(said()).toEqual([en.history.importedMany('2')]);
    expect([imports.current, imports.waiting]).toEqual([null, 0]);
  });

  it('wait while others are under way', async () => {
    const { imports, jobs, imported } = windowOf(adopted);
    const first = imports.drop([file('a.safetensors')]);
    await imports.drop([file('b.safetensors')]);
    expect(imports.waiting).toBe(1);
    await vi.waitFor(() => expect(jobs).toHaveLength(1));
    jobs[0]?.deliver({ kind: 'done', result: { run: 1 } });
    await vi.waitFor(() => expect(jobs).toHaveLength(2));
    jobs[1]?.deliver({ kind: 'done', result: { run: 2 } });
    await first;
    expect(imported).toEqual([1, 2]);
  });

  it('fail one by one, and are tried again', async () => {
    const { imports, jobs, imported } = windowOf(adopted);
    const first = imports.drop([file('a.safetensors')]);
    await vi.waitFor(() => expect(jobs).toHaveLength(1));
    jobs[0]?.deliver({ kind: 'failed', error: { code: 'file', message: 'no "vocabulary"' } });
    await first;
    expect(imports.failed.map(({ name, error }) => [name, error.message])).toEqual([
      ['a.safetensors', 'no "vocabulary"'],
    ]);
    imports.failed[0]?.retry();
    expect(imports.failed).toEqual([]);
    await vi.waitFor(() => expect(jobs).toHaveLength(2));
    jobs[1]?.deliver({ kind: 'done', result: { run: 3 } });
    await vi.waitFor(() => expect(imported).toEqual([3]));
  });

  it('that failed together stay while one of them is tried again, until others are dropped', async () => {
    const { imports, jobs } = windowOf(adopted);
    const fail = async (count: number): Promise<void> => {
      await vi.waitFor(() => expect(jobs).toHaveLength(count));
      jobs.at(-1)?.deliver({ kind: 'failed', error: { code: 'file', message: 'no' } });
    };
    const failures = (): string[] => imports.failed.map(({ name }) => name);
    const all = imports.drop([file('a.safetensors'), file('b.safetensors')]);
    await fail(1);
    await fail(2);
    await all;
    expect(failures()).toEqual(['a.safetensors', 'b.safetensors']);
    imports.failed[0]?.retry();
    await fail(3);
    await vi.waitFor(() => expect(failures()).toEqual(['b.safetensors', 'a.safetensors']));
    await imports.drop([file('a.txt')]); // not for this page
    expect(failures()).toHaveLength(2);
    void imports.drop([file('c.safetensors')]);
    expect(failures()).toEqual([]);
    imports.cancel();
  });

  it('are given up together', async () => {
    const { imports, jobs, imported, client, said } = windowOf(adopted);
    const all = imports.drop([file('a.safetensors'), file('b.safetensors')]);
    await vi.waitFor(() => expect(jobs).toHaveLength(1));
    imports.cancel();
    await all;
    expect(jobs.map(({ left }) => left)).toEqual([true]);
    expect(client.request).toHaveBeenCalledWith('files:release', { handle: 'handle of a.safetensors' });
    expect([imported, said(), imports.failed, imports.current, imports.waiting]).toEqual([[], [], [], null, 0]);
  });

  it('are given up while a browser still hands them over', async () => {
    const { imports, jobs } = windowOf(() => new Promise(() => undefined));
    const all = imports.drop([file('a.safetensors')]);
    imports.cancel();
    await all;
    expect([jobs, imports.current, imports.failed]).toEqual([[], null, []]);
  });

  it('say why they could not be handed over', async () => {
    const { imports } = windowOf(() => Promise.reject(new FolioError('file', 'cannot be read')));
    await imports.drop([file('a.safetensors')]);
    expect(imports.failed.map(({ error }) => error.message)).toEqual(['cannot be read']);
  });

  it('leave texts to the pages that take them', async () => {
    const { imports, jobs, said } = windowOf(adopted);
    await imports.drop([file('a.txt')]);
    expect([jobs, said()]).toEqual([[], [en.shell.dropElsewhere]]);
  });
});

describe('weights that are chosen', () => {
  const chosen = (name: string): ChosenFile => ({ handle: `handle of ${name}`, name, bytes: 3 });

  it('are given up while a browser still hands them over, and are let go of when they are there', async () => {
    const handover = Promise.withResolvers<ChosenFile>();
    const { imports, jobs, client, said } = windowOf(adopted, (_kind, begin) => {
      begin?.('a.safetensors');
      return handover.promise;
    });
    const all = imports.choose();
    expect(imports.current).toBe('a.safetensors');
    imports.cancel();
    await all;
    expect([imports.current, imports.failed, said()]).toEqual([null, [], []]);
    handover.resolve(chosen('a.safetensors'));
    await vi.waitFor(() =>
      expect(client.request).toHaveBeenCalledWith('files:release', { handle: 'handle of a.safetensors' }),
    );
    expect([jobs, imports.current]).toEqual([[], null]);
  });

  it.each(Array.from({ length: 12 }, (_, turns) => turns))(
    'are read one after the other, also when they are chosen %i turns before the last was done',
    async (turns) => {
      const handover = Promise.withResolvers<ChosenFile>();
      const { imports, jobs, imported } = windowOf(adopted, () => handover.promise);
      const all = [imports.drop([file('a.safetensors'), file('b.safetensors')]), imports.choose()];
      const done: number[] = [];
      const finish = async (run: number): Promise<void> => {
        if (run > 1) await vi.waitFor(() => expect(jobs.length).toBe(run));
        jobs[run - 1]?.deliver({ kind: 'done', result: { run } });
        done.push(run);
      };
      await vi.waitFor(() => expect(jobs.length).toBe(1));
      handover.resolve(chosen('c.safetensors'));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      await finish(1);
      await finish(2);
      await finish(3);
      await Promise.all(all);
      expect([done, imported, imports.current]).toEqual([[1, 2, 3], [1, 2, 3], null]);
    },
  );

  it('that failed stay until others were chosen, in their place or anew', async () => {
    let answer: ChosenFile | null = chosen('a.safetensors');
    const { imports, jobs } = windowOf(adopted, () => Promise.resolve(answer));
    const fails = async (message: string, begin: () => unknown): Promise<void> => {
      const before = jobs.length;
      begin();
      await vi.waitFor(() => expect(jobs).toHaveLength(before + 1));
      expect(failures()).toEqual([]);
      jobs.at(-1)?.deliver({ kind: 'failed', error: { code: 'file', message } });
      await vi.waitFor(() => expect(failures()).toEqual([message]));
    };
    const failures = (): string[] => imports.failed.map(({ error }) => error.message);
    await fails('first', () => imports.choose());
    await fails('second', () => imports.choose());
    answer = null; // the dialog is closed
    imports.failed[0]?.retry();
    await imports.choose();
    expect(failures()).toEqual(['second']);
    answer = chosen('b.safetensors');
    await fails('third', () => imports.failed[0]?.retry());
    await fails('fourth', () => imports.takeChosen(chosen('c.safetensors')));
  });
});

describe('whole runs', () => {
  const done = (result: object): object => ({ kind: 'done', result });

  it('come in beside weights, and tell how far they are', async () => {
    const { imports, jobs, imported, said } = windowOf(adopted);
    const all = imports.drop([file('a.folio')]);
    await vi.waitFor(() => expect(jobs).toHaveLength(1));
    jobs[0]?.deliver({ kind: 'event', event: { phase: 'copy', done: 1, total: 4 } });
    expect([imports.current, imports.share]).toEqual(['a.folio', 0.25]);
    jobs[0]?.deliver(done({ kind: 'imported', run: 3, name: 'a', awaitedText: { sha256: '', name: 'Hamlet' } }));
    await all;
    expect([imported, said()]).toEqual([[3], [en.keeping.awaitsText('a', 'Hamlet'), en.history.imported('a.folio')]]);
    expect(imports.share).toBeNull();
  });

  it('that are here already are said to be, and a second one is offered', async () => {
    const { imports, jobs, imported, client, said } = windowOf(adopted);
    const all = imports.drop([file('a.folio')]);
    await vi.waitFor(() => expect(jobs).toHaveLength(1));
    jobs[0]?.deliver(done({ kind: 'already', run: 2, name: 'mine', step: 1, fileStep: 1 }));
    await all;
    expect([imported, said()]).toEqual([[], []]);
    const [known] = imports.known;
    expect([known, imports.failed]).toMatchObject([{ file: { name: 'a.folio' }, run: 2, name: 'mine' }, []]);
    known?.copy();
    await vi.waitFor(() => expect(jobs).toHaveLength(2));
    expect([imports.known, client.request.mock.calls]).toEqual([[], []]);
    jobs[1]?.deliver(done({ kind: 'imported', run: 4, name: 'mine (2)', awaitedText: null }));
    await vi.waitFor(() => expect(imported).toEqual([4]));
  });

  it('that are here already let go of the file when they are put away', async () => {
    const { imports, jobs, client } = windowOf(adopted);
    const all = imports.drop([file('a.folio')]);
    await vi.waitFor(() => expect(jobs).toHaveLength(1));
    jobs[0]?.deliver(done({ kind: 'already', run: 2, name: 'mine', step: 1, fileStep: 1 }));
    await all;
    imports.forget(imports.known[0]?.id ?? 0);
    expect(imports.known).toEqual([]);
    await vi.waitFor(() =>
      expect(client.request).toHaveBeenCalledWith('files:release', { handle: 'handle of a.folio' }),
    );
  });
});
