/** Another process that makes a backup, or puts one back, and is killed by the system in the middle of it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const module = (path: string): string => JSON.stringify(resolve(import.meta.dirname, '../../src/main', path));
/** The copy is there, and has no name yet. */
const KILL = `({ phase }) => { if (phase === 'check') process.kill(process.pid, 'SIGKILL'); }`;

export function killedBackup(scratch: string, record: string, file: string): void {
  runKilled(
    scratch,
    `import { createBackupService } from ${module('services/backup.ts')};
    await createBackupService(() => ${JSON.stringify(record)}).backUp(${JSON.stringify(file)}, ${KILL});`,
  );
}

export function killedRestore(scratch: string, file: string, dataDir: string, replace: boolean): void {
  runKilled(
    scratch,
    `import { restoreRecord } from ${module('services/restore.ts')};
    await restoreRecord(${JSON.stringify(file)}, ${JSON.stringify(dataDir)}, { replace: ${replace}, progress: ${KILL} });`,
  );
}

function runKilled(scratch: string, source: string): void {
  const script = join(scratch, 'killed.mjs');
  writeFileSync(script, source);
  const { signal, stderr } = spawnSync(process.execPath, [script]);
  if (signal !== 'SIGKILL') throw new Error(`it was not killed: ${stderr.toString()}`);
}
