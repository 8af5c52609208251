/** Random sequences of writes, on the record and on a model that is plain arrays: both must always say the same. */
import { afterEach, expect, it } from 'vitest';

import type { RunStatus } from '../../src/shared/domain.ts';
import { RUN_STATUSES } from '../../src/shared/domain.ts';
import { addRun, epochCheckpoint, metric, recoveryCheckpoint, sample, Scratch } from './support.ts';
import fc from '../property.ts';

const scratch = new Scratch();
afterEach(() => scratch.clean());

interface ModelCheckpoint {
  readonly kind: 'epoch' | 'recovery';
  readonly epoch: number;
  readonly step: number;
  weights: boolean;
  optimizer: boolean;
}

interface ModelRun {
  readonly id: number;
  status: RunStatus;
  epoch: number;
  step: number;
  epochs: { epoch: number; lastStep: number; complete: boolean; loss: number }[];
  checkpoints: ModelCheckpoint[];
  metrics: number[];
  samples: { epoch: number; step: number | null }[];
}

type Op =
  | { readonly type: 'create' }
  | { readonly type: 'status'; readonly run: number; readonly status: RunStatus }
  | { readonly type: 'metrics'; readonly run: number; readonly steps: number }
  | {
      readonly type: 'epoch';
      readonly run: number;
      readonly steps: number;
      readonly loss: number;
      readonly complete: boolean;
    }
  | { readonly type: 'recovery'; readonly run: number; readonly steps: number }
  | { readonly type: 'sample'; readonly run: number }
  | { readonly type: 'resume'; readonly run: number }
  | { readonly type: 'rewind'; readonly run: number; readonly checkpoint: number }
  | { readonly type: 'delete'; readonly run: number }
  | { readonly type: 'trash'; readonly run: number }
  | { readonly type: 'restore'; readonly run: number }
  | { readonly type: 'purge' }
  | { readonly type: 'sweep' }
  | { readonly type: 'reopen' };

const run = fc.nat(2);
const steps = fc.integer({ min: 1, max: 9 });
const loss = fc.integer({ min: 10, max: 40 }).map((tenths) => tenths / 10);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Op>({ type: 'create' }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('status' as const), run, status: fc.constantFrom(...RUN_STATUSES) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('metrics' as const), run, steps }) },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('epoch' as const), run, steps, loss, complete: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('recovery' as const), run, steps }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('sample' as const), run }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('resume' as const), run }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('rewind' as const), run, checkpoint: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), run }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('trash' as const), run }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restore' as const), run }) },
  { weight: 1, arbitrary: fc.constant<Op>({ type: 'purge' }) },
  { weight: 1, arbitrary: fc.constant<Op>({ type: 'sweep' }) },
  { weight: 1, arbitrary: fc.constant<Op>({ type: 'reopen' }) },
);

function bestOf(model: ModelRun): number | null {
  return (
    model.epochs.reduce<ModelRun['epochs'][number] | null>(
      (best, epoch) => (best === null || epoch.loss < best.loss ? epoch : best),
      null,
    )?.epoch ?? null
  );
}

function rewindModel(model: ModelRun, to: { epoch: number; step: number } | null): void {
  const { epoch, step } = to ?? { epoch: 0, step: 0 };
  Object.assign(model, { epoch, step });
  model.checkpoints = to === null ? [] : model.checkpoints.filter((checkpoint) => checkpoint.step <= step);
  model.metrics = model.metrics.filter((at) => at <= step);
  model.epochs = model.epochs.filter((record) => record.lastStep <= step);
  model.samples = model.samples.filter((text) => text.step === null || text.step <= step);
}

function thinModel(model: ModelRun, everyNth: number, optimizerStates: number): void {
  const withOptimizer = model.checkpoints.filter((checkpoint) => checkpoint.optimizer);
  const newestEpoch = withOptimizer.findLast(({ kind }) => kind === 'epoch');
  const resumable = withOptimizer.slice(-optimizerStates).concat(newestEpoch ?? []);
  const best = bestOf(model);
  const bestCheckpoint = model.checkpoints.findLast(({ kind, epoch }) => kind === 'epoch' && epoch === best);
  for (const checkpoint of model.checkpoints) {
    const keepsOptimizer = resumable.includes(checkpoint);
    const nth = checkpoint.kind === 'epoch' && checkpoint.epoch % everyNth === 0;
    checkpoint.optimizer &&= keepsOptimizer;
    checkpoint.weights &&=
      keepsOptimizer || nth || checkpoint === bestCheckpoint || checkpoint === model.checkpoints.at(-1);
  }
}

it('says the same as a model after every step of any sequence of writes', { timeout: 120_000 }, () => {
  const sequences = fc.array(op, { minLength: 5, maxLength: 40 });
  const policies = fc.record({
    everyNth: fc.integer({ min: 1, max: 4 }),
    optimizerStates: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(sequences, policies, (ops, policy) => {
      const folder = scratch.folder();
      let store = scratch.open(folder);
      let models: ModelRun[] = [];
      let deleted: ModelRun[] = [];
      const create = (): void => {
        const id = addRun(store, 'run');
        models.push({
          id,
          status: 'running',
          epoch: 0,
          step: 0,
          epochs: [],
          checkpoints: [],
          metrics: [],
          samples: [],
        });
      };
      const apply = (next: Op): void => {
        if (next.type === 'create') {
          create();
          return;
        }
        if (next.type === 'reopen') {
          store.close();
          store = scratch.open(folder);
          return;
        }
        if (next.type === 'sweep') {
          const dead = models.filter(({ status }) => ['queued', 'running', 'paused', 'stopping'].includes(status));
          expect(store.sweepDeadRuns().map(({ id }) => id)).toEqual(dead.map(({ id }) => id));
          for (const model of dead) model.status = 'interrupted';
          return;
        }
        if (next.type === 'restore') {
          const model = deleted[next.run];
          if (model === undefined) return;
          store.restore('run', [model.id]);
          deleted = deleted.filter((other) => other !== model);
          models = [...models, model].sort((a, b) => a.id - b.id);
          return;
        }
        if (next.type === 'purge') {
          store.condemn(Infinity);
          let runs = 0;
          for (let purged = store.purgeNext(); purged !== null; purged = store.purgeNext()) runs += purged.runs;
          expect(runs).toBe(deleted.length);
          deleted = [];
          return;
        }
        const model = models[next.run];
        if (model === undefined) return;
        const bytesBefore = store.run(model.id).storedBytes;
        switch (next.type) {
          case 'status':
            store.setRunStatus(model.id, next.status, '');
            model.status = next.status;
            break;
          case 'metrics': {
            const points = Array.from({ length: next.steps }, (_, index) =>
              metric(model.step + index + 1, model.epoch + 1),
            );
            store.appendMetrics(model.id, points);
            model.metrics.push(...points.map(({ step }) => step));
            model.step += next.steps;
            model.epoch += 1;
            break;
          }
          case 'epoch': {
            const partial = model.epochs.at(-1)?.complete === false;
            const epoch = (model.epochs.at(-1)?.epoch ?? 0) + (partial ? 0 : 1);
            const step = model.step + next.steps;
            const checkpoint = epochCheckpoint(model.id, epoch, { step });
            if (checkpoint.epochRecord === null) throw new Error('an epoch has a record');
            const epochRecord = { ...checkpoint.epochRecord, complete: next.complete, validationLoss: next.loss };
            const { info, bytesFreed } = store.recordCheckpoint({ ...checkpoint, epochRecord }, policy);
            if (partial) model.epochs.pop();
            model.epochs.push({ epoch, lastStep: step, complete: next.complete, loss: next.loss });
            model.checkpoints = model.checkpoints.filter(({ kind, epoch: of }) => kind === 'epoch' && of !== epoch);
            model.checkpoints.push({ kind: 'epoch', epoch, step, weights: true, optimizer: true });
            model.samples = model.samples.filter((text) => text.step === null || text.epoch !== epoch);
            model.samples.push({ epoch, step });
            model.metrics.push(step);
            Object.assign(model, { epoch, step });
            thinModel(model, policy.everyNth, policy.optimizerStates);
            expect(bytesFreed).toBe(bytesBefore + info.bytes - store.run(model.id).storedBytes);
            break;
          }
          case 'recovery': {
            const epoch = (model.epochs.at(-1)?.epoch ?? 0) + 1;
            const step = model.step + next.steps;
            store.recordCheckpoint(recoveryCheckpoint(model.id, epoch, step), policy);
            const before = model.checkpoints.findLast((old) => old.kind === 'recovery' && old.epoch === epoch);
            model.checkpoints = model.checkpoints.filter((old) => old.kind === 'epoch' || old === before);
            model.checkpoints.push({ kind: 'recovery', epoch, step, weights: true, optimizer: true });
            model.metrics.push(step);
            Object.assign(model, { epoch, step });
            thinModel(model, policy.everyNth, policy.optimizerStates);
            break;
          }
          case 'sample':
            store.addSamples([{ ...sample(model.id, model.epoch), origin: 'generate' }]);
            model.samples.push({ epoch: model.epoch, step: null });
            break;
          case 'resume': {
            const point = store.resumePoint(model.id);
            store.rewindTo(model.id, point?.checkpoint.id ?? null);
            rewindModel(model, model.checkpoints.findLast(({ optimizer }) => optimizer) ?? null);
            break;
          }
          case 'rewind': {
            const to = model.checkpoints[next.checkpoint] ?? null;
            store.rewindTo(model.id, store.run(model.id).checkpoints[next.checkpoint]?.id ?? null);
            rewindModel(model, to);
            break;
          }
          case 'trash':
            if (!['finished', 'stopped', 'interrupted', 'failed'].includes(model.status)) break; // the service refuses it
            expect(store.trash('run', [model.id])).toBe(bytesBefore);
            models = models.filter((other) => other !== model);
            deleted.push(model);
            break;
          case 'delete':
            expect(store.deleteRun(model.id)).toBe(bytesBefore);
            models = models.filter((other) => other !== model);
            break;
        }
      };
      const compare = (): void => {
        expect(store.listRuns().map(({ id }) => id)).toEqual(models.map(({ id }) => id).reverse());
        for (const model of models) {
          const found = store.run(model.id);
          expect(found).toMatchObject({
            status: model.status,
            epoch: model.epoch,
            step: model.step,
            bestEpoch: bestOf(model),
          });
          expect(found.epochs.map(({ epoch, complete, validationLoss }) => [epoch, complete, validationLoss])).toEqual(
            model.epochs.map((record) => [record.epoch, record.complete, record.loss]),
          );
          expect(
            found.checkpoints.map(({ kind, epoch, step, bytes, resumable }) => [kind, epoch, step, bytes, resumable]),
          ).toEqual(
            model.checkpoints.map(({ kind, epoch, step, weights, optimizer }) => [
              kind,
              epoch,
              step,
              (weights ? 500 : 0) + (optimizer ? 1000 : 0),
              optimizer,
            ]),
          );
          expect(store.samples(model.id).map(({ epoch }) => epoch)).toEqual(model.samples.map(({ epoch }) => epoch));
          expect(store.metrics(model.id).map(({ step }) => step)).toEqual(
            [...new Set(model.metrics)].sort((a, b) => a - b),
          );
          const point = store.resumePoint(model.id);
          expect(point?.checkpoint.step).toBe(model.checkpoints.findLast(({ optimizer }) => optimizer)?.step);
          if (point !== null) {
            expect(
              Buffer.from(point.weights).equals(epochCheckpoint(model.id, 1, { step: point.checkpoint.step }).weights),
            ).toBe(true);
          }
        }
      };
      create();
      for (const next of ops) {
        apply(next);
        compare();
      }
      expect(store.check()).toEqual([]);
      store.close();
    }),
    { numRuns: 30, seed: 20261123 },
  );
});
