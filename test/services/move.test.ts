/** The record moved to another folder: the old one or the new one, whole, whatever happens and whenever. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FolioError } from '../../src/shared/errors.ts';
import { describe, expect, it } from 'vitest';
import { finishBrokenMove } from '../../src/main/services/broken-move.ts';
import { homeOf, locatedFolder, readLocation, writeLocation } from '../../src/main/services/location.ts';
import { MOVE_STEPS, moveRecord } from '../../src/main/services/move.ts';
import { oldRecord, settleOldRecord } from '../../src/main/services/old-record.ts';
import { workIn } from '../../src/main/services/old-work.ts';
import { holdsRecord } from '../../src/main/services/places.ts';
import { createMoveService } from '../../src/main/services/moves.ts';
import { RecordOwner } from '../../src/main/services/replacing.ts';
import { openStore } from '../../src/main/store/open.ts';
import { addRun } from '../store/support.ts';
import { folder, home, moveService, nothing, openAt, store, to, useMovableRecord } from './move-harness.ts';

useMovableRecord(3_000_000);

function runsIn(dir: string): unknown {
  const opened = openStore(dir, { mode: 'read' });
  try {
    return [opened.listRuns().map(({ id }) => [opened.run(id), opened.samples(id)]), opened.check()];
  } finally {
    opened.close();
  }
}

describe('a move', () => {
  it('has the new folder count, and leaves the old one to be deleted by a person', async () => {
    const before = runsIn(home);
    const phases = new Set<string>();
    const moved = await moveService().move(to, ({ phase }) => phases.add(phase));
    expect(moved).toMatchObject({ folder: to, damage: [] });
    expect([...phases]).toEqual(['copy', 'check', 'replace']);
    expect([locatedFolder(home), runsIn(to), runsIn(home)]).toEqual([to, before, before]);
    expect(readdirSync(to).filter((name) => !/^folio\.(db|lock)/.test(name))).toEqual([]);
    // Not while the old one is what is open.
    expect(moveService().old()).toBeNull();
    store.close();
    openAt(to);
    const after = moveService(null, to);
    expect(after.old()).toMatchObject({ folder: home });
    expect(after.settle('delete')).toBeGreaterThan(3_000_000);
    expect([holdsRecord(home), existsSync(join(home, 'location.json')), after.old()]).toEqual([false, true, null]);
    expect(() => after.settle('delete')).toThrow('there is no old record to delete');
  });

  it('leaves an old record in which work was done since undeleted, and says so', async () => {
    await moveService().move(to, nothing);
    store.close();
    // The drive was away, and the person went on in the usual folder.
    const meanwhile = openStore(home, { mode: 'write' });
    addRun(meanwhile);
    meanwhile.editRun(1, { notes: 'mine' });
    meanwhile.close();
    expect(oldRecord(home, to)).toMatchObject({ folder: home, newer: 2 });
    expect(() => settleOldRecord(home, to, 'delete')).toThrow(`${home} holds work since the move`);
    expect(holdsRecord(home)).toBe(true);
    settleOldRecord(home, to, 'keep');
    expect([oldRecord(home, to), holdsRecord(home)]).toEqual([null, true]);
  });

  it('leaves an old record undeleted that was written to after the copy was made', async () => {
    // By another program: this one lets nothing be written.
    const before = (step: (typeof MOVE_STEPS)[number]): void => void (step === 'point' && addRun(store));
    await moveRecord(home, to, { defaultFolder: home, before });
    store.close();
    expect(oldRecord(home, to)).toMatchObject({ folder: home, newer: 1 });
    expect(() => settleOldRecord(home, to, 'delete')).toThrow(`${home} holds work since the move`);
  });

  it('cannot be cancelled any more when the copy is to take its place', async () => {
    const controller = new AbortController();
    const cancel = ({ phase }: { phase: string }): void => void (phase === 'replace' && controller.abort());
    expect(await moveService().move(to, cancel, controller.signal)).toMatchObject({ folder: to });
    expect(locatedFolder(home)).toBe(to);
  });

  it('asks for a training again before the copy takes its place', async () => {
    let training: number | null = null;
    const surroundings = { store, owner: new RecordOwner(store), dataDir: home, defaultFolder: home, home };
    const moves = createMoveService({ ...surroundings, training: () => training });
    const begin = ({ phase }: { phase: string }): void => void (phase === 'check' && (training = 1));
    await expect(moves.move(to, begin)).rejects.toMatchObject({ code: 'busy', message: 'run 1 is being trained' });
    expect([locatedFolder(home), holdsRecord(to)]).toEqual([home, false]);
  });

  it('back onto what the last one left says what is to be done first', async () => {
    await moveService().move(to, nothing);
    store.close();
    openAt(to);
    await expect(moveService(null, to).move(home, nothing)).rejects.toMatchObject({
      message: `${home} still holds the record as it was before it was moved from there`,
    });
    settleOldRecord(home, to, 'delete');
    await moveService(null, to).move(home, nothing);
    expect(locatedFolder(home)).toBe(home);
  });

  it('can be gone back on, and what is kept is asked about no more', async () => {
    await moveService().move(to, nothing);
    store.close();
    expect(settleOldRecord(home, to, 'keep')).toBe(0);
    expect([oldRecord(home, to), holdsRecord(home)]).toEqual([null, true]);
    openAt(to);
    await expect(moveService(null, to).move(home, nothing)).rejects.toMatchObject({
      message: `${home} holds a record already`,
    });
    rmSync(join(home, 'folio.db'));
    await moveService(null, to).move(home, nothing);
    expect(locatedFolder(home)).toBe(home);
    expect(oldRecord(home, home)).toMatchObject({ folder: to });
  });

  it('lets nothing be written from its beginning on, and again when it failed', async () => {
    const rename = (): void => store.editRun(1, { name: 'other' });
    const moving = moveService().move(to, nothing);
    await Promise.resolve();
    expect(rename).toThrow('nothing can be stored: the record is being moved');
    await moving;
    expect(rename).toThrow('nothing can be stored: the record has been moved');
    writeLocation(home, null);
    store.freeze(null);
    mkdirSync(join(folder, 'full'));
    writeFileSync(join(folder, 'full', 'folio.db'), 'something');
    await expect(moveService().move(join(folder, 'full'), nothing)).rejects.toMatchObject({ code: 'file' });
    expect(rename).not.toThrow();
    expect(readFileSync(join(folder, 'full', 'folio.db'), 'utf8')).toBe('something');
  });

  it('is refused while a network is trained, and from a folder that was named', () => {
    expect(moveService(7).refusal()).toMatchObject({ code: 'busy', message: 'run 7 is being trained' });
    expect(moveService(null, join(folder, 'named')).refusal()).toMatchObject({ code: 'usage' });
    expect(moveService().refusal()).toBeNull();
  });

  it('that is cancelled leaves nothing', async () => {
    const controller = new AbortController();
    await expect(moveService().move(to, () => controller.abort(), controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect([existsSync(to), readLocation(home)]).toEqual([false, null]);
  });

  it('of which the last step fails leaves the old record', async () => {
    mkdirSync(join(home, 'location.json.new'));
    await expect(moveService().move(to, nothing)).rejects.toMatchObject({ code: 'file' });
    expect([existsSync(to), locatedFolder(home)]).toEqual([false, home]);
  });

  it('of which the last step fails takes away what it has made', async () => {
    const before = (step: string): void => {
      if (step !== 'point') return;
      expect([readLocation(home)?.moving?.to, holdsRecord(to)]).toEqual([to, true]);
      mkdirSync(join(home, 'location.json.new'));
    };
    await expect(moveRecord(home, to, { defaultFolder: home, before })).rejects.toMatchObject({ code: 'file' });
    expect([holdsRecord(to), locatedFolder(home)]).toEqual([false, home]);
    // The note could not be written either: the next start forgets the move.
    rmSync(join(home, 'location.json.new'), { recursive: true });
    expect(finishBrokenMove(home)).toMatch(/had been broken off/);
    expect([existsSync(join(folder, 'new')), readLocation(home)]).toEqual([false, null]);
  });

  it('of which the copy gets no name takes away what it has made', async () => {
    const before = (step: string): void => {
      if (step !== 'name') return;
      expect(readLocation(home)?.moving).toMatchObject({
        device: String(statSync(folder).dev),
        held: workIn(join(home, 'folio.db')),
      });
      for (const name of readdirSync(to)) if (name.endsWith('.part')) rmSync(join(to, name));
    };
    await expect(moveRecord(home, to, { defaultFolder: home, before })).rejects.toMatchObject({ code: 'file' });
    expect([existsSync(join(folder, 'new')), readLocation(home)]).toEqual([false, null]);
  });

  it('counts when the drive goes in the moment after, with which its lock cannot be let go of', async () => {
    const before = (step: string): void => {
      if (step !== 'unlock') return;
      rmSync(join(to, 'folio.owner'));
      mkdirSync(join(to, 'folio.owner'));
    };
    await expect(moveRecord(home, to, { defaultFolder: home, before })).resolves.toMatchObject({ folder: to });
    expect(locatedFolder(home)).toBe(to);
  });

  it.each([...MOVE_STEPS, 'after'])(
    'that is killed before the step "%s" leaves one record, whole, and what it left goes with the next start',
    (step) => {
      const before = runsIn(home);
      store.close();
      const script = join(folder, 'mover.mjs');
      const module = resolve(import.meta.dirname, '../../src/main/services/move.ts');
      writeFileSync(
        script,
        `import { moveRecord } from ${JSON.stringify(module)};
      const kill = () => process.kill(process.pid, 'SIGKILL');
      await moveRecord(${JSON.stringify(home)}, ${JSON.stringify(to)}, {
        defaultFolder: ${JSON.stringify(home)},
        before: (step) => step === ${JSON.stringify(step)} && kill(),
      });
      kill();`,
      );
      expect(spawnSync(process.execPath, [script]).signal).toBe('SIGKILL');
      const place = locatedFolder(home);
      expect(place).toBe(step === 'after' || step === 'unlock' ? to : home);
      const files = existsSync(to) ? readdirSync(to) : [];
      if (step === 'point') expect(files).toContain('folio.db');
      if (step === 'name' || step === 'mark') expect(files.filter((name) => name.endsWith('.part'))).toHaveLength(1);
      openAt(place);
      const told = finishBrokenMove(home);
      expect(runsIn(place)).toEqual(before);
      if (place === to) {
        expect([told, readLocation(home)?.moving, oldRecord(home, to)?.newer]).toEqual([null, undefined, 0]);
        return;
      }
      expect([existsSync(join(folder, 'new')), readLocation(home)]).toEqual([false, null]);
      if (step !== 'begin') expect(told).toContain(`a move to ${to} had been broken off`);
    },
  );
});

describe('the place of the record', () => {
  it('that is not there is named, and no other is taken in its stead', () => {
    writeLocation(home, { folder: join(folder, 'drive'), before: [home] });
    expect(() => locatedFolder(home)).toThrow(
      `the record was moved to ${join(folder, 'drive')}, and there is none now`,
    );
    expect(homeOf(home, home)).toBeNull();
    expect(moveService().refusal()).toMatchObject({
      message: `the record was moved to ${join(folder, 'drive')}, and ${home} is used in its stead`,
    });
    const hint = (): unknown => {
      try {
        return locatedFolder(home);
      } catch (error) {
        return (error as FolioError).hint;
      }
    };
    expect(hint()).toContain(`--data ${home} works with the folder that it was moved from`);
    store.close();
    rmSync(join(home, 'folio.db'));
    expect(hint()).toContain('`folio restore FILE --in-default-place` puts a backup in its stead');
    expect(hint()).toContain(`To begin anew, delete ${join(home, 'location.json')}`);
  });

  it.each(['', '{', '{"version":1,"folder":"relative","before":[]}', '{"version":2}'])(
    'that cannot be read (%s) is said',
    (text) => {
      writeFileSync(join(home, 'location.json'), text);
      expect(() => locatedFolder(home)).toThrow('which says where the record lies, cannot be read');
    },
  );
});
