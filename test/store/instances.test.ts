import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { containing } from './matchers.ts';
import { addRun, addText, epochCheckpoint, KEEP_ALL, Scratch } from './support.ts';

const driver = join(import.meta.dirname, 'instance-driver.ts');
const scratch = new Scratch();
const children: ChildProcessWithoutNullStreams[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  scratch.clean();
});

function other(folder: string, task: string[], uid?: number): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [driver, folder, ...task, ...(uid === undefined ? [] : [`${uid}`])]);
  child.stderr.pipe(process.stderr);
  children.push(child);
  return child;
}

/** Starts a writer in another process and waits until it has the record. */
async function writer(folder: string, task: 'hold' | 'write'): Promise<ChildProcessWithoutNullStreams> {
  const child = other(folder, [task]);
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe('open\n');
  return child;
}

async function attempt(folder: string, mode: string, uid?: number): Promise<Record<string, unknown>> {
  const child = other(folder, ['try', mode], uid);
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  await once(child, 'close');
  return JSON.parse(said) as Record<string, unknown>; // the driver's own line
}

describe('a second instance', () => {
  it('is refused for writing and told who works there', async () => {
    const folder = scratch.folder();
    const store = scratch.open(folder);
    addRun(store);
    const refused = await attempt(folder, 'write');
    expect(refused).toMatchObject({ code: 'locked', message: containing(`process ${process.pid} is working with`) });
    expect(await attempt(folder, 'read')).toMatchObject({ readOnly: true, runs: 1, damage: [] });
    const automatic = await attempt(folder, 'auto');
    expect(automatic).toMatchObject({
      readOnly: true,
      reason: containing(`process ${process.pid}`),
      runs: 1,
    });
    addText(store, 'and the first goes on', 'more');
    store.close();
    expect(await attempt(folder, 'write')).toMatchObject({ readOnly: false, runs: 1, damage: [] });
  });

  it('in the same process is refused just so', () => {
    const folder = scratch.folder();
    scratch.open(folder);
    expect(() => scratch.open(folder)).toThrow(expect.objectContaining({ code: 'locked' }));
    const reader = scratch.open(folder, { mode: 'auto' });
    expect(reader.readOnly).toBe(true);
    expect(() => reader.setSetting('a', 'b')).toThrow(expect.objectContaining({ code: 'read-only' }));
    expect(() => reader.sweepDeadRuns()).toThrow(expect.objectContaining({ code: 'read-only' }));
  });

  it('takes over from one that was killed, and tells the truth about its run', async () => {
    const folder = scratch.folder();
    const child = await writer(folder, 'write');
    const reader = scratch.open(folder, { mode: 'read' });
    await expect.poll(() => reader.listRuns()[0]?.epoch ?? 0, { timeout: 20_000 }).toBeGreaterThan(2);
    expect(() => scratch.open(folder)).toThrow(new RegExp(`process ${child.pid}`));
    child.kill('SIGKILL');
    await once(child, 'exit');
    // Read-only first: the log of the dead writer is still there.
    const afterwards = scratch.open(folder, { mode: 'read' });
    expect(afterwards.listRuns()[0]?.status).toBe('running');
    const heir = scratch.open(folder, { lockWait: 0 });
    const [swept] = heir.sweepDeadRuns();
    const point = heir.resumePoint(swept?.id ?? 0);
    expect(swept).toMatchObject({
      status: 'interrupted',
      statusReason: containing(`(step ${point?.checkpoint.step})`),
    });
    expect(heir.check()).toEqual([]);
    expect(reader.listRuns()[0]?.status).toBe('interrupted');
  });

  it('that only reads sees whole checkpoints while another writes', async () => {
    const folder = scratch.folder();
    const child = await writer(folder, 'write');
    const reader = scratch.open(folder, { mode: 'auto' });
    expect(reader.readOnlyReason).toContain(`process ${child.pid}`);
    let newest = 0;
    while (newest < 12) {
      const run = reader.run(1);
      newest = run.epoch;
      expect(run.checkpoints.at(-1)?.epoch ?? 0).toBe(newest);
      expect([run.epochs.length, run.checkpoints.length, run.step]).toEqual([newest, newest, newest * 10]);
      expect(reader.samples(1).length).toBeGreaterThanOrEqual(newest);
      if (newest > 0) expect(reader.resumePoint(1)?.damaged).toEqual([]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(reader.check()).toEqual([]);
    child.stdin.end();
    const [exit] = (await once(child, 'exit')) as [number];
    expect(exit).toBe(0);
    reader.close();
    expect(scratch.open(folder).check()).toEqual([]);
  });

  it('waits a moment for one that is about to end', async () => {
    const folder = scratch.folder();
    const child = await writer(folder, 'hold');
    child.stdin.end();
    await once(child.stdin, 'close');
    expect(scratch.open(folder, { lockWait: 20_000 }).readOnly).toBe(false);
  });

  const notRoot = process.getuid?.() !== 0;
  it.skipIf(notRoot)(
    `without the right to write says what to do${notRoot ? ' (skipped: needs root to become someone else)' : ''}`,
    async () => {
      const folder = scratch.folder();
      const store = scratch.open(folder);
      store.recordCheckpoint(epochCheckpoint(addRun(store), 1), KEEP_ALL);
      store.close();
      chmodSync(folder, 0o755);
      const nobody = 65534;
      expect(await attempt(folder, 'write', nobody)).toMatchObject({ code: 'file' });
      for (const mode of ['auto', 'read']) {
        const refused = await attempt(folder, mode, nobody);
        expect(refused).toMatchObject({ code: 'file', hint: containing('Copy the folder') });
      }
    },
  );
});
