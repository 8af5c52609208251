/**
 * Kills a process at every single change that a move makes to files and folders, and at every one of the next start that tidies: there is one record
 * then, whole, and no copy that nobody names. And at every one of the deletion of what was left: it is there, whole, or gone. (What the disk does when
 * the power fails cannot be tested this way.)
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mendPlaces } from '../../src/main/services/default-place.ts';
import { locatedFolder, readLocation } from '../../src/main/services/location.ts';
import { oldRecord } from '../../src/main/services/old-record.ts';
import { holdsRecord, orphanedLog } from '../../src/main/services/places.ts';
import { openStore } from '../../src/main/store/open.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from '../store/support.ts';
import { missingForKills } from './kill-needs.ts';

const here = import.meta.dirname;
const PARALLEL = 2;
const LIMIT_MILLISECONDS = 480_000;

const missing = missingForKills;

type Work = 'move' | 'start' | 'delete';

interface Place {
  readonly all: string;
  readonly home: string;
  readonly to: string;
}

describe.skipIf(missing !== null)(
  `a move killed at every change it makes${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    const scratch = mkdtempSync(join(tmpdir(), 'folio-kill-move-'));
    const shim = join(scratch, 'kill-at-write.so');
    const made = join(scratch, 'made');
    let runs: unknown;

    beforeAll(() => {
      const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, join(here, 'kill-at-write.c'), '-ldl']);
      expect(compiled.stderr.toString()).toBe('');
      const store = openStore(made, { mode: 'write' });
      store.recordCheckpoint(epochCheckpoint(addRun(store), 1), KEEP_ALL);
      runs = store.listRuns();
      store.close();
    });
    afterAll(() => rmSync(scratch, { recursive: true, force: true }));

    /** A record of its own, to be moved. */
    function place(name: string): Place {
      const all = join(scratch, 'places', name);
      mkdirSync(all, { recursive: true });
      cpSync(made, join(all, 'home'), { recursive: true });
      return { all, home: join(all, 'home'), to: join(all, 'new', 'folder') };
    }

    /** Resolves with what ended it: null for its own end. */
    function drive(what: Work, { all, home, to }: Place, env: Record<string, string>): Promise<string | null> {
      return new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [join(here, 'move-driver.ts'), what, home, to], {
          env: {
            ...process.env,
            LD_PRELOAD: shim,
            FOLIO_KILL_PATH: `${all}/`,
            NODE_COMPILE_CACHE: join(scratch, 'cache'),
            ...env,
          },
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        let errors = '';
        child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
        child.on('error', reject);
        child.on('close', (code, signal) => {
          if (signal !== 'SIGKILL' && code !== 0) reject(new Error(`the driver failed: ${errors}`));
          else resolve(signal);
        });
      });
    }

    /** As the program starts; what must be true then. */
    function inspect({ all, home, to }: Place, when: string): 'old' | 'new' {
      const dataDir = locatedFolder(home);
      const store = openStore(dataDir, { mode: 'write' });
      try {
        mendPlaces({ home, dataDir, forWork: true, log: (line) => expect(line, when).toMatch(/is gone/) });
        expect([store.check(), store.listRuns()], when).toEqual([[], runs]);
      } finally {
        store.close();
      }
      if (dataDir === to) {
        expect(readLocation(home), when).toMatchObject({ folder: to, before: [home] });
        expect(oldRecord(home, to), when).toMatchObject({ folder: home, newer: 0, isLeftKnown: true });
        return 'new';
      }
      expect(dataDir, when).toBe(home);
      expect([readLocation(home), existsSync(join(all, 'new'))], when).toEqual([null, false]);
      return 'old';
    }

    /** The changes that it makes when nobody kills it, a letter each. */
    async function changesOf(what: Work, where: Place): Promise<string> {
      const report = join(scratch, `report-${what}`);
      expect(await drive(what, where, { FOLIO_KILL_REPORT: report })).toBeNull();
      return readFileSync(report, 'latin1');
    }

    /** Does it at each of so many changes, two at a time. */
    async function atEach(count: number, work: (at: number) => Promise<void>): Promise<void> {
      let next = 1;
      const worker = async (): Promise<void> => {
        while (next <= count) await work(next++);
      };
      await Promise.all(Array.from({ length: PARALLEL }, worker));
    }

    it(
      'leaves the old record or the new one, and no copy without a name',
      { timeout: LIMIT_MILLISECONDS },
      async () => {
        const alive = place('alive');
        const changes = await changesOf('move', alive);
        expect(inspect(alive, 'never killed')).toBe('new');
        // Two folders are made; three notes, two locks' owners and the copy get their names.
        expect(['m', 'r'].map((kind) => changes.split(kind).length - 1)).toEqual([2, 6]);
        const ended: string[] = [];
        /** Changes before which there is a copy with its name that does not count. */
        const whole: number[] = [];
        await atEach(changes.length, async (at) => {
          const where = place(`move-${at}`);
          expect(await drive('move', where, { FOLIO_KILL_AT: `${at}` }), `change ${at}`).toBe('SIGKILL');
          if (holdsRecord(where.to) && locatedFolder(where.home) === where.home) whole.push(at);
          ended[at - 1] = inspect(where, `killed at change ${at} of ${changes.length} (${changes[at - 1]})`);
          rmSync(where.all, { recursive: true });
        });
        // Once the new one counts, it does.
        expect(ended.join(' ')).toMatch(/^(old )+new( new)*$/);

        // The start that removes such a copy is killed as well, at each of its changes.
        const [moment = 0] = whole;
        expect(moment, 'a kill between naming the copy and pointing to it').toBeGreaterThan(0);
        const remnant = async (name: string): Promise<Place> => {
          const where = place(name);
          expect(await drive('move', where, { FOLIO_KILL_AT: `${moment}` })).toBe('SIGKILL');
          return where;
        };
        const tidying = await changesOf('start', await remnant('tidied'));
        await atEach(tidying.length, async (at) => {
          const where = await remnant(`start-${at}`);
          expect(await drive('start', where, { FOLIO_KILL_AT: `${at}` }), `change ${at}`).toBe('SIGKILL');
          const when = `the start killed at change ${at} of ${tidying.length} (${tidying[at - 1]})`;
          expect([inspect(where, when), inspect(where, `${when}, later`)]).toEqual(['old', 'old']);
          rmSync(where.all, { recursive: true });
        });
        console.log(
          `${changes.length} kills of a move (${whole.length} with a copy that did not count), ${tidying.length} of the start after it`,
        );
      },
    );

    it(
      'leaves of an old record all or nothing when its deletion is killed',
      { timeout: LIMIT_MILLISECONDS },
      async () => {
        /** As a process leaves it that was killed: what it holds is in its log. */
        const left = async (name: string): Promise<Place> => {
          const where = place(name);
          const live = openStore(where.home, { mode: 'write' });
          live.editRun(1, { notes: 'in the log' });
          for (const file of ['folio.db', 'folio.db-wal']) cpSync(join(where.home, file), join(where.all, file));
          live.close();
          expect(await drive('move', where, {})).toBeNull();
          for (const file of ['folio.db', 'folio.db-wal']) cpSync(join(where.all, file), join(where.home, file));
          return where;
        };
        const deleting = await changesOf('delete', await left('deleted'));
        const ended: string[] = [];
        await atEach(deleting.length, async (at) => {
          const where = await left(`delete-${at}`);
          expect(await drive('delete', where, { FOLIO_KILL_AT: `${at}` }), `change ${at}`).toBe('SIGKILL');
          const when = `the deletion killed at change ${at} of ${deleting.length} (${deleting[at - 1]})`;
          ended[at - 1] = holdsRecord(where.home) ? 'there' : 'gone';
          if (holdsRecord(where.home)) expect(oldRecord(where.home, where.to), when).toMatchObject({ newer: 0 });
          else expect(orphanedLog(where.home), when).toBeNull();
          expect(locatedFolder(where.home), when).toBe(where.to);
          rmSync(where.all, { recursive: true });
        });
        expect(ended.join(' ')).toMatch(/^(there )+gone( gone)*$/);
        console.log(`${deleting.length} kills of a deletion`);
      },
    );
  },
);
