/**
 * Another process at the same record. `hold`: opens for writing, says "open" and waits to be killed or for its stdin to end.
 * `write`: records checkpoints until its stdin ends. `try MODE [UID]`: opens (as that user), prints what came of
 * it as JSON, and ends.
 */
import Database from 'better-sqlite3';

import { openStore } from '../../src/main/store/open.ts';
import { toErrorMessage } from '../../src/shared/errors.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from './support.ts';

const [folder = '', task = '', mode = '', uid] = process.argv.slice(2);

function tryOpening(): void {
  try {
    const store = openStore(folder, {
      mode: mode === 'read' ? 'read' : mode === 'auto' ? 'auto' : 'write',
      lockWait: 100,
    });
    console.log(
      JSON.stringify({
        readOnly: store.readOnly,
        reason: store.readOnlyReason,
        runs: store.listRuns().length,
        damage: store.check(),
      }),
    );
    store.close();
  } catch (error) {
    console.log(JSON.stringify(toErrorMessage(error)));
  }
}

function work(): void {
  const store = openStore(folder, { mode: 'write' });
  const run = addRun(store, 'from the other process');
  let epoch = 0;
  let ended = false;
  process.stdin.resume().on('end', () => (ended = true));
  console.log('open');
  const step = (): void => {
    if (ended) {
      store.close();
      return;
    }
    if (task === 'write') store.recordCheckpoint(epochCheckpoint(run, ++epoch), KEEP_ALL);
    setTimeout(step, 5);
  };
  step();
}

if (uid !== undefined) {
  new Database(':memory:').close(); // loads the addon, which that user may not be allowed to read
  process.setuid?.(Number(uid));
}
if (task === 'try') tryOpening();
else work();
