/** How every thread is started. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startThread } from '../src/main/start-thread.ts';

it('a thread has its data, and nothing of this process’s options', async () => {
  const program = `import { parentPort, workerData } from 'node:worker_threads';
    parentPort.postMessage([workerData, process.execArgv]);`;
  const entry = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  const thread = startThread(entry, { workerData: 'mine' });
  expect(await once(thread, 'message')).toEqual([['mine', []]]);
  await once(thread, 'exit');
});

it('there is no other way that one is started', () => {
  const main = join(import.meta.dirname, '../src/main');
  const files = readdirSync(main, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const starting = files.filter((file) => /\bnew (Worker|Thread)\(/.test(readFileSync(join(main, file), 'utf8')));
  expect(starting).toEqual(['start-thread.ts']);
});
