/** The commands that keep a record: backed up and put back. */
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openApp } from '../../../src/main/headless/open-app.ts';
import { initialWeights } from '../../../src/main/model/initializers.ts';
import { encodeSafetensors } from '../../../src/main/model/safetensors.ts';
import { networkShapeOf } from '../../../src/main/model/weights.ts';
import { formatPosition } from '../../../src/main/services/training-position.ts';
import { writeLocation } from '../../../src/main/services/location.ts';
import { openStore } from '../../../src/main/store/open.ts';
import type { NewCheckpoint, Store } from '../../../src/main/store/types.ts';
import { addRun, epochCheckpoint, KEEP_ALL } from '../../store/support.ts';
import { folio, squeeze } from '../run-cli.ts';

let folder: string;
let data: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-keeping-'));
  data = join(folder, 'data');
  const store = openStore(data, { mode: 'write' });
  const run = addRun(store);
  store.recordCheckpoint(wholeCheckpoint(store, run), KEEP_ALL);
  store.setRunStatus(run, 'stopped', 'stopped');
  store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As a trainer makes it: weights that fit the network, and a position that can be gone on from. */
function wholeCheckpoint(store: Store, run: number): NewCheckpoint {
  const { config, vocabulary } = store.run(run);
  const position = {
    ...{ step: 10, epoch: 2, stepInEpoch: 0, activeSeconds: 1, lossSum: 0, epochSeconds: 0 },
    ...{ bestValidationLoss: null, bestEpoch: null, epochsWithoutImprovement: 0 },
  };
  return {
    ...epochCheckpoint(run, 1),
    position: formatPosition(position),
    weights: encodeSafetensors(initialWeights(networkShapeOf(config, vocabulary.length), 1), {}),
    optimizer: encodeSafetensors(new Map(), {}),
  };
}

const real = (...words: string[]): ReturnType<typeof folio> => folio(words, { openApp });

describe('backup and restore', () => {
  it('write a file that can be put back, and say how', async () => {
    const file = join(folder, 'b.db');
    const { code, out } = await real('backup', '--out', file, '--data', data);
    expect(code).toBe(0);
    expect(squeeze(out)).toMatch(
      /^Wrote .*b\.db \(\S+ [kM]B: 1 run, 1 checkpoint\), read again and found whole\. Put it back one day: npx folio restore .*b\.db/,
    );
    const restored = await real('restore', file, '--data', join(folder, 'other'), '--json');
    expect(restored.json()).toMatchObject([{ runs: 1, damage: [], kept: null }]);
    const { json } = await real('runs', '--json', '--data', join(folder, 'other'));
    expect(json()).toMatchObject([[{ id: 1, name: 'run', status: 'stopped' }]]);
  });

  it('work while another process trains', async () => {
    const store = openStore(data, { mode: 'write' });
    const { code, json } = await real('backup', '--out', join(folder, 'b.db'), '--data', data, '--json');
    expect([code, json()]).toMatchObject([0, [{ runs: 1, checkpoints: 1, damage: [], notNoted: null }]]);
    const refused = await real('restore', join(folder, 'b.db'), '--data', data, '--replace');
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/is working with/)]);
    store.close();
  });

  it('refuse to put a backup over a record, and name the way', async () => {
    await real('backup', '--out', join(folder, 'b.db'), '--data', data);
    const { code, err } = await real('restore', join(folder, 'b.db'), '--data', data);
    expect([code, squeeze(err)]).toEqual([1, expect.stringContaining('With --replace it is kept beside')]);
    const { out } = await real('restore', join(folder, 'b.db'), '--data', data, '--replace');
    expect(squeeze(out)).toMatch(/The record that was there is now .*folio-\d{4}-\d\d-\d\dT\S+\.db/);
  });

  it('leave nothing where they fail', async () => {
    const { code, err } = await real('backup', '--out', join(folder, 'nowhere', 'b.db'), '--data', data);
    expect([code, squeeze(err)]).toEqual([1, expect.stringContaining('its folder does not exist')]);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
    expect((await real('backup', '--data', data)).code).toBe(2);
  });
});

describe('a whole run in a file', () => {
  it('goes out and comes in, and is known when it is here already', async () => {
    const file = join(folder, 'r.folio');
    const out = await real('export', 'last', '--out', file, '--data', data);
    expect([out.code, squeeze(out.out)]).toEqual([
      0,
      expect.stringMatching(/^Wrote .*r\.folio \(.*: run 1 with the weights of 1 checkpoint\)/),
    ]);
    const other = join(folder, 'other');
    expect((await real('import', file, '--data', other, '--json')).json()).toMatchObject([{ run: 1, name: 'run' }]);
    const again = await real('import', file, '--data', other);
    expect([again.code, squeeze(again.err)]).toEqual([
      2,
      expect.stringMatching(/this run is here already: run 1, "run", at step 10.*With --copy/),
    ]);
    expect((await real('import', file, '--data', other, '--copy', '--name', 'twice', '--json')).json()).toMatchObject([
      { run: 2, name: 'twice' },
    ]);
  });

  it('says when it comes without its text', async () => {
    const file = join(folder, 'whatever');
    await real('export', '1', '--bundle', '--no-text', '--out', file, '--data', data);
    const { err, out } = await real('import', file, '--data', join(folder, 'other')); // known without its ending
    expect(squeeze(err)).toMatch(/Its text, "text", did not come along and is not here/);
    expect(out).toMatch(/generate 1/);
  });

  it.each([
    [['export', '1', '--out', 'a.folio', '--epoch', '1'], 'a whole run has no --epoch'],
    [['export', '1', '--out', 'a.safetensors', '--all'], '--all is for whole runs'],
  ])('is not mistaken for weights: %j', async (words, message) => {
    const { code, err } = await real(...words, '--data', data);
    expect([code, squeeze(err)]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('import of a file', () => {
  const imported = async (content: Uint8Array, ...more: string[]): Promise<readonly [number, string]> => {
    const file = join(folder, 'a.folio');
    writeFileSync(file, content);
    const { code, err } = await real('import', file, '--data', join(folder, 'other'), ...more);
    return [code, squeeze(err)];
  };

  it('of neither format names both, and the way', async () => {
    const [code, err] = await imported(Buffer.from('It was the best of times, it was the worst of times.'));
    expect(code).toBe(1);
    expect(err).toContain('a.folio is neither a run that Folio exported (.folio) nor weights (.safetensors)');
    expect(err).toContain('save weights of Keras or PyTorch as safetensors');
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });

  it('goes by what it holds, not by its name', async () => {
    expect(await imported(encodeSafetensors(new Map(), {}))).toEqual([
      1,
      expect.stringContaining('metadata have no "vocabulary"'),
    ]);
    expect(await imported(encodeSafetensors(new Map(), {}), '--copy')).toEqual([
      2,
      expect.stringContaining('--copy is for whole runs'),
    ]);
  });
});

describe('move', () => {
  /** Below the system's place for data, as env-paths has it on Linux. */
  const place = 'folio';

  // XDG_DATA_HOME is Linux's: elsewhere the test would move the person's own record.
  it.skipIf(process.platform !== 'linux')(
    'has every other command find the record, and frees the old one when told',
    async () => {
      vi.stubEnv('XDG_DATA_HOME', folder);
      vi.stubEnv('FOLIO_DATA', '');
      renameSync(data, join(folder, place));
      const to = join(folder, 'elsewhere');
      const moved = await real('move', '--to', to);
      expect([moved.code, squeeze(moved.out)]).toEqual([
        0,
        expect.stringMatching(/^Moved: the record is in .*elsewhere/),
      ]);
      expect((await real('runs', '--json')).json()).toMatchObject([[{ id: 1, name: 'run' }]]);
      expect((await real('move', '--delete-old', '--json')).json()).toMatchObject([{ old: join(folder, place) }]);
      expect(existsSync(join(folder, place, 'folio.db'))).toBe(false);
      renameSync(to, join(folder, 'unplugged'));
      const gone = await real('runs');
      expect([gone.code, squeeze(gone.err)]).toEqual([
        1,
        expect.stringMatching(/was moved to .*elsewhere, and there is none now/),
      ]);
      expect(existsSync(to)).toBe(false);
      vi.unstubAllEnvs();
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'of a record that is lost can be made up for by a backup in the default folder',
    async () => {
      vi.stubEnv('XDG_DATA_HOME', folder);
      vi.stubEnv('FOLIO_DATA', '');
      renameSync(data, join(folder, place));
      const [to, backup] = [join(folder, 'drive'), join(folder, 'b.db')];
      await real('backup', '--out', backup);
      const early = await real('restore', backup, '--in-default-place');
      expect([early.code, squeeze(early.err)]).toEqual([
        2,
        expect.stringMatching(/the record is not lost: it is in .*folio/),
      ]);
      await real('move', '--to', to);
      await real('move', '--delete-old');
      renameSync(to, join(folder, 'unplugged'));
      const plain = await real('restore', backup);
      expect([plain.code, squeeze(plain.err)]).toEqual([
        1,
        expect.stringMatching(/If it is lost for good, `npx folio restore FILE --in-default-place` puts a backup/),
      ]);
      const named = await real('restore', backup, '--in-default-place', '--data', data);
      expect([named.code, squeeze(named.err)]).toEqual([2, expect.stringContaining('a folder was named')]);
      const restored = await real('restore', backup, '--in-default-place');
      expect([restored.code, squeeze(restored.out)]).toEqual([
        0,
        expect.stringMatching(
          /This folder counts from now on\. Should .*drive come back, .* newer work .* npx folio runs --data \S*drive .* npx folio move --delete-old/,
        ),
      ]);
      expect((await real('runs', '--json')).json()).toMatchObject([[{ id: 1, name: 'run' }]]);
      renameSync(join(folder, 'unplugged'), to);
      expect((await real('runs', '--json')).json()).toMatchObject([[{ id: 1 }]]);
      const deleted = await real('move', '--delete-old', '--json');
      expect(deleted.json()).toMatchObject([{ old: to }]);
      vi.unstubAllEnvs();
    },
  );

  it.skipIf(process.platform !== 'linux')('that was killed is tidied by the next command, which says so', async () => {
    vi.stubEnv('XDG_DATA_HOME', folder);
    vi.stubEnv('FOLIO_DATA', '');
    renameSync(data, join(folder, place));
    const home = join(folder, place);
    writeLocation(home, { folder: home, before: [], moving: { to: join(folder, 'new'), made: [join(folder, 'new')] } });
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect((await real('runs', '--json')).json()).toMatchObject([[{ id: 1 }]]);
    expect(told.mock.calls.join('')).toMatch(/^folio: a move to .*new had been broken off; what it left there is gone/);
    told.mockRestore();
    expect(existsSync(join(home, 'location.json'))).toBe(false);
    vi.unstubAllEnvs();
  });

  it('does not offer --data, which is for folders that are named', async () => {
    const { out } = await real('move', '--help');
    expect(out).not.toMatch(/--data <dir>/);
    expect(squeeze(out)).toContain('A folder that you name with --data you move yourself.');
  });

  it('is refused for a folder that was named, and without a word', async () => {
    const named = await real('move', '--to', join(folder, 'x'), '--data', data);
    expect([named.code, squeeze(named.err)]).toEqual([
      2,
      expect.stringContaining('was named with --data or FOLIO_DATA'),
    ]);
    expect((await real('move')).code).toBe(2);
  });
});
