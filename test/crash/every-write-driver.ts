/** Runs the scenario in the folder that it is given, and says on stdout after each call that it returned. */
import { writeSync } from 'node:fs';

import { openStore } from '../../src/main/store/open.ts';
import { clock } from '../store/support.ts';
import { SCENARIO, settle } from './every-write-scenario.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: every-write-driver.ts FOLDER');

const store = openStore(folder, { mode: 'write', now: clock() });
for (const call of SCENARIO) {
  call(store);
  writeSync(1, '.');
  await settle();
}
store.close();
writeSync(1, 'x');
