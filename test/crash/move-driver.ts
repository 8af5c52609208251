/** Moves a record, starts as after a move that was killed, or deletes the old record. Usage: move-driver.ts move|start|delete HOME TO */
import { mendPlaces } from '../../src/main/services/default-place.ts';
import { moveRecord } from '../../src/main/services/move.ts';
import { locatedFolder } from '../../src/main/services/location.ts';
import { settleOldRecord } from '../../src/main/services/old-record.ts';
import { openStore } from '../../src/main/store/open.ts';

const [what, home = '', to = ''] = process.argv.slice(2);
const dataDir = what === 'move' ? home : locatedFolder(home);
const store = openStore(dataDir, { mode: 'write' });
if (what === 'move') await moveRecord(home, to, { defaultFolder: home });
else if (what === 'delete') settleOldRecord(home, dataDir, 'delete');
else mendPlaces({ home, dataDir, forWork: true, log: (line) => process.stdout.write(`${line}\n`) });
store.close();
