import { expect, it } from 'vitest';
import { createPackService } from '../../src/main/services/packs.ts';
import type { ActiveTraining } from '../../src/main/services/types.ts';
import type { PackProgress } from '../../src/shared/contract/packs.ts';
import { FakeTrainer } from '../support/fake-trainer.ts';

const PROGRESS: PackProgress = { phase: 'download', done: 1, total: 3, bytesPerSecond: 1, secondsLeft: 2, file: 'a' };
const INVENTORY = { bundled: null, installed: [], cudaPack: null };
const SOURCE = { address: 'https://example.org/' };

function serviceWith(script: (trainer: FakeTrainer) => void, active: ActiveTraining | null = null, cancelMs = 1000) {
  const started: FakeTrainer[] = [];
  const startTrainer = () => {
    const trainer = new FakeTrainer();
    started.push(trainer);
    void Promise.resolve().then(() => script(trainer));
    return trainer;
  };
  return { service: createPackService({ startTrainer, training: { active: () => active }, cancelMs }), started };
}

it('asks a process of its own each time, and ends it', async () => {
  const { service, started } = serviceWith((trainer) => {
    const asked = trainer.sent[0];
    if (asked?.type !== 'builds') throw new Error('not asked');
    if (asked.ask.what === 'list') trainer.say({ type: 'inventory', inventory: INVENTORY });
    else if (asked.ask.what === 'verify') trainer.say({ type: 'verified', wrong: { a: 'b' } });
    else trainer.say({ type: 'freed', bytes: 7 });
  });
  expect(await service.list()).toEqual(INVENTORY);
  expect(await service.verify()).toEqual({ a: 'b' });
  expect(await service.remove('id')).toBe(7);
  expect(await service.discardDownload()).toBe(7);
  expect(started.map(({ kills }) => kills)).toEqual([['SIGKILL'], ['SIGKILL'], ['SIGKILL'], ['SIGKILL']]);
});

it('removes nothing while a training computes, which may be with that very build', async () => {
  const active = { snapshot: { name: 'Ophelia', phase: 'training' } } as unknown as ActiveTraining;
  const { service, started } = serviceWith(() => undefined, active);
  await expect(service.remove('id')).rejects.toMatchObject({ code: 'busy' });
  expect(started).toEqual([]);
});

it('begins no installation while a training computes, and tries no pack when one has begun meanwhile', async () => {
  const training = { snapshot: { name: 'Ophelia', phase: 'training' } } as unknown as ActiveTraining;
  const busy = { code: 'busy', hint: expect.stringContaining('What was downloaded is kept.') as string };
  const before = serviceWith(() => undefined, training);
  await expect(before.service.install(SOURCE, () => undefined)).rejects.toMatchObject(busy);
  expect(before.started).toEqual([]);

  let active: ActiveTraining | null = null;
  const trainer = new FakeTrainer();
  const service = createPackService({ startTrainer: () => trainer, training: { active: () => active } });
  const installed = service.install(SOURCE, ({ phase }) => {
    if (phase === 'unpack') active = training;
  });
  trainer.say({ type: 'pack-progress', progress: { ...PROGRESS, phase: 'unpack' } });
  trainer.say({ type: 'pack-progress', progress: { ...PROGRESS, phase: 'check' } });
  await expect(installed).rejects.toMatchObject(busy);
  expect(trainer.kills[0]).toBe('SIGKILL');
});

it('installs while a training is paused', async () => {
  const paused = { snapshot: { name: 'Ophelia', phase: 'paused' } } as unknown as ActiveTraining;
  const { service } = serviceWith((trainer) => {
    trainer.say(
      { type: 'pack-progress', progress: { ...PROGRESS, phase: 'check' } },
      { type: 'installed', details: {} },
    );
  }, paused);
  expect(await service.install(SOURCE, () => undefined)).toEqual({});
});

it('hands progress on and returns what the installation is', async () => {
  const { service, started } = serviceWith((trainer) => {
    trainer.say({ type: 'pack-progress', progress: PROGRESS }, { type: 'installed', details: { device: 'GPU' } });
  });
  const seen: PackProgress[] = [];
  expect(await service.install(SOURCE, (progress) => seen.push(progress))).toEqual({ device: 'GPU' });
  expect(seen).toEqual([PROGRESS]);
  expect(started[0]?.sent).toEqual([{ type: 'install-pack', source: SOURCE }]);
});

it('tells a process that dies as it tries the pack from one that dies before', async () => {
  const dies = (phase: PackProgress['phase']) =>
    serviceWith((trainer) => {
      trainer.say({ type: 'pack-progress', progress: { ...PROGRESS, phase } });
      trainer.exit(null, 'SIGSEGV');
    }).service.install(SOURCE, () => undefined);
  await expect(dies('check')).rejects.toMatchObject({
    code: 'install',
    message: expect.stringContaining('The CUDA pack does not run on this machine: ') as string,
  });
  await expect(dies('unpack')).rejects.toMatchObject({ code: 'trainer-died' });
});

it('cancels by asking first, and by force when that is not heard', async () => {
  const abort = new AbortController();
  const { service, started } = serviceWith(
    (trainer) => {
      trainer.deaf = true;
      abort.abort();
    },
    null,
    5,
  );
  await expect(service.install(SOURCE, () => undefined, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  expect(started[0]?.kills.slice(0, 2)).toEqual(['SIGTERM', 'SIGKILL']);
  await expect(service.install(SOURCE, () => undefined, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  expect(started).toHaveLength(1);
});
