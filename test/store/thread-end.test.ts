/** Threads of the record end by themselves: everything is closed then, and nothing was interrupted. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endOf, listenUntilEnd, tellEnd } from '../../src/main/store/thread-end.ts';

describe('a thread that listens until its end', () => {
  it('answers what came before, closes what it has open and hears no more', async () => {
    const { port1, port2 } = new MessageChannel();
    const heard: string[] = [];
    listenUntilEnd<{ type: 'word'; word: string }>(
      port2,
      ({ word }) => void heard.push(word),
      () => void heard.push('closed'),
    );
    port1.postMessage({ type: 'word', word: 'one' });
    tellEnd(port1);
    port1.postMessage({ type: 'word', word: 'two' });
    await once(port1, 'close');
    expect(heard).toEqual(['one', 'closed']);
  });

  it('ends by itself, with nothing thrown', async () => {
    const module = new URL('../../src/main/store/thread-end.ts', import.meta.url).href;
    const program = `import { parentPort } from 'node:worker_threads';
      import { listenUntilEnd } from ${JSON.stringify(module)};
      listenUntilEnd(parentPort, () => parentPort.postMessage('heard'));`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { execArgv: [] });
    const ended = endOf(worker);
    const exit = once(worker, 'exit');
    worker.postMessage({ type: 'word' });
    expect(await once(worker, 'message')).toEqual(['heard']);
    tellEnd(worker);
    await ended;
    expect(await exit).toEqual([0]);
  });
});

it('no thread that opens the record is terminated', () => {
  const folders = ['store', 'services'].map((name) => join(import.meta.dirname, '../../src/main', name));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const terminating = files.filter(
    (file) => file.endsWith('.ts') && readFileSync(file, 'utf8').includes('.terminate('),
  );
  // The thread for files of weights has no addon in it.
  expect(terminating.map((file) => file.replace(/^.*[\\/]/, ''))).toEqual(['exchange-thread.ts']);
});
