/**
 * Kills a process inside every single change that it makes to the database's files, and looks at what is left. This is about
 * the death of processes only: what the disk itself does when the power fails cannot be tested this way.
 * FOLIO_CRASH_EXHAUSTIVE=1 kills before and in the middle of each write, which takes twice as long.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openStore } from '../../src/main/store/open.ts';
import type { RunStatus } from '../../src/shared/domain.ts';
import { clock } from '../store/support.ts';
import { blobsOf, SCENARIO, settle, signature } from './every-write-scenario.ts';
import { missingForKills } from './kill-needs.ts';

const here = import.meta.dirname;
const PARALLEL = 2;
const LIMIT_MILLISECONDS = 480_000;

const missing = missingForKills;

describe.skipIf(missing !== null)(
  `a process killed inside every database write${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    const scratch = mkdtempSync(join(tmpdir(), 'folio-kill-'));
    const shim = join(scratch, 'kill-at-write.so');
    /** What must be in the store after so many calls, and the status of its run. */
    const expected: { readonly signature: string; readonly status: RunStatus | null }[] = [];

    beforeAll(async () => {
      const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, join(here, 'kill-at-write.c'), '-ldl']);
      expect(compiled.stderr.toString()).toBe('');
      const store = openStore(join(scratch, 'reference'), { mode: 'write', now: clock() });
      const note = (): void => {
        expected.push({ signature: signature(store), status: store.listRuns()[0]?.status ?? null });
      };
      note();
      for (const call of SCENARIO) {
        call(store);
        await settle();
        note();
      }
      store.close();
      expect(new Set(expected.map((state) => state.signature)).size).toBe(SCENARIO.length + 1);
    });

    afterAll(() => {
      rmSync(scratch, { recursive: true, force: true });
    });

    /** Runs the driver in a folder; resolves with the signal that ended it and the calls that had returned. */
    function drive(
      folder: string,
      env: Record<string, string>,
    ): Promise<{ signal: string | null; code: number | null; output: string }> {
      mkdirSync(folder, { recursive: true });
      return new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [join(here, 'every-write-driver.ts'), folder], {
          env: {
            ...process.env,
            LD_PRELOAD: shim,
            FOLIO_KILL_PATH: 'folio.db',
            NODE_COMPILE_CACHE: join(scratch, 'cache'),
            ...env,
          },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let output = '';
        let errors = '';
        child.stdout.on('data', (data: Buffer) => (output += data.toString()));
        child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
        child.on('error', reject);
        child.on('close', (code, signal) => {
          if (signal !== 'SIGKILL' && code !== 0) reject(new Error(`the driver failed: ${errors}`));
          else resolve({ signal, code, output });
        });
      });
    }

    /** Everything that must hold after the driver died having returned from `returned` calls. */
    function inspect(folder: string, returned: number, when: string): void {
      const store = openStore(folder, { mode: 'write', now: () => 9999 });
      try {
        expect(store.check(), when).toEqual([]);
        const found = signature(store);
        const possible = expected.slice(returned, returned + 2);
        expect(
          possible.map((state) => state.signature),
          `${when}: neither before nor after call ${returned + 1}`,
        ).toContain(found);
        const status = possible.find((state) => state.signature === found)?.status ?? null;
        const swept = store.sweepDeadRuns();
        expect(swept.length, when).toBe(status === 'running' ? 1 : 0);
        const run = store.listRuns()[0];
        if (run === undefined) return;
        expect(run.status, when).toBe(status === 'running' ? 'interrupted' : status);
        const point = store.resumePoint(run.id);
        const promised = /step (\d+)/.exec(run.statusReason)?.[1];
        if (status === 'running')
          expect(promised === undefined ? undefined : Number(promised), when).toBe(point?.checkpoint.step);
        if (point === null) return;
        expect(point.damaged, when).toEqual([]);
        const { weights, optimizer } = blobsOf(point.checkpoint.step);
        expect(Buffer.compare(point.weights, weights) + Buffer.compare(point.optimizer, optimizer), when).toBe(0);
      } finally {
        store.close();
      }
    }

    it(
      'leaves the state before or after the call, whole, and says the truth about it',
      { timeout: LIMIT_MILLISECONDS },
      async () => {
        const begun = performance.now();
        const report = join(scratch, 'report');
        const alive = await drive(join(scratch, 'alive'), { FOLIO_KILL_REPORT: report });
        expect(alive.output).toBe(`${'.'.repeat(SCENARIO.length)}x`);
        inspect(join(scratch, 'alive'), SCENARIO.length, 'never killed');
        const kinds = Array.from(readFileSync(report, 'latin1'));
        expect(kinds.length).toBeGreaterThan(100);

        // Once at each change: before it or, at every second write, after half of it. Exhaustive: both at each write.
        const exhaustive = process.env['FOLIO_CRASH_EXHAUSTIVE'] === '1';
        const kills = kinds.flatMap((kind, index) => {
          const before = `${index + 1}`;
          if (kind !== 'w') return [before];
          return exhaustive ? [before, `${before}/2`] : [index % 4 < 2 ? before : `${before}/2`];
        });
        const total = kills.length;
        const worker = async (): Promise<void> => {
          for (let kill = kills.shift(); kill !== undefined; kill = kills.shift()) {
            const [at = '', half] = kill.split('/');
            const folder = join(scratch, `kill-${at}-${half ?? 1}`);
            const { signal, output } = await drive(folder, {
              FOLIO_KILL_AT: at,
              ...(half === undefined ? {} : { FOLIO_KILL_HALF: '1' }),
            });
            expect(signal, `change ${kill} of ${kinds.length}`).toBe('SIGKILL');
            inspect(folder, output.length, `killed at change ${kill}`);
            rmSync(folder, { recursive: true });
          }
        };
        await Promise.all(Array.from({ length: PARALLEL }, worker));
        const seconds = (performance.now() - begun) / 1000;
        console.log(
          `${total} kills, at each of ${kinds.length} changes to the database's files, in ${seconds.toFixed(0)} s`,
        );
      },
    );
  },
);
