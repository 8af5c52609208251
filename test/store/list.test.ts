import Database from 'better-sqlite3';
import { afterEach, expect, it } from 'vitest';

import { addRun, epochCheckpoint, KEEP_ALL, Scratch } from './support.ts';

const scratch = new Scratch();
afterEach(() => scratch.clean());

it('lists 5,000 runs with ten checkpoints each in a moment', () => {
  const folder = scratch.folder();
  const first = scratch.open(folder);
  const id = addRun(first);
  first.recordCheckpoint(epochCheckpoint(id, 1), KEEP_ALL);
  first.close();
  const db = new Database(`${folder}/folio.db`);
  db.exec(`
    WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      INSERT INTO run (id, name, status, preset, corpus_id, created_at, updated_at, config, vocabulary)
      SELECT i, name || i, status, preset, corpus_id, created_at, updated_at, config, '["' || hex(zeroblob(10000)) || '"]'
      FROM run, n WHERE id = ${id};
    WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 11)
      INSERT INTO epoch SELECT run.id, i, i * 10, 10, 1, 4 - i / 10.0, 3.5, 1, 1, 1 FROM run, n;
    WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 11)
      INSERT INTO checkpoint (run_id, kind, epoch, step, active_seconds, weights_bytes, optimizer_bytes, created_at, position_sha256, position)
      SELECT run.id, 'epoch', i, i * 10, 1, 16000000, 0, 1, '', '' FROM run, n;
  `);
  db.close();
  scratch.open(folder).archiveRuns([4998, 4999], true);
  const store = scratch.open(folder, { mode: 'read' });
  const begun = process.cpuUsage();
  const runs = store.listRuns({ archived: 'without' });
  const { user, system } = process.cpuUsage(begun);
  const milliseconds = (user + system) / 1000; // of the processor, so that other tests do not count
  expect(runs).toHaveLength(4998);
  expect(runs[0]).toMatchObject({ id: 5000, storedBytes: 160_000_000, trainLoss: 2.9, validationLoss: 3.5 });
  console.log(`5,000 runs listed in ${milliseconds.toFixed(0)} ms of the processor`);
  expect(milliseconds).toBeLessThan(200);
});

it('tells of each run what its network is and how many of its epochs are whole, of a damaged one the rest', () => {
  const folder = scratch.folder();
  const store = scratch.open(folder);
  const [whole, inside, damaged, fresh] = [addRun(store), addRun(store), addRun(store), addRun(store)];
  store.recordCheckpoint(epochCheckpoint(whole, 1), KEEP_ALL);
  store.recordCheckpoint(epochCheckpoint(whole, 2), KEEP_ALL);
  store.recordCheckpoint(epochCheckpoint(inside, 1), KEEP_ALL);
  const { epochRecord, ...second } = epochCheckpoint(inside, 2);
  if (epochRecord === null) throw new Error('an epoch has a record');
  store.recordCheckpoint({ ...second, epochRecord: { ...epochRecord, complete: false } }, KEEP_ALL);
  const { config } = store.run(whole);
  const db = new Database(`${folder}/folio.db`);
  db.prepare('UPDATE run SET config = ? WHERE id = ?').run('{"cell": "gru", "la', damaged);
  db.prepare('UPDATE run SET config = ? WHERE id = ?').run(JSON.stringify({ ...config, minutes: 3 }), fresh);
  db.close();
  const { cell, layers, units, epochs } = config;
  const listed = store
    .listRuns()
    .map(({ id, network, completeEpochs, plannedEpochs }) => [id, network, completeEpochs, plannedEpochs]);
  expect(listed).toEqual([
    [fresh, { cell, layers, units }, 0, null],
    [damaged, null, 0, null],
    [inside, { cell, layers, units }, 1, epochs],
    [whole, { cell, layers, units }, 2, epochs],
  ]);
});
