/** What a training does before and after webgpu takes its process with it. */
import { describe, expect, it } from 'vitest';
import type { AutoEngines } from '../../src/main/services/auto-engines.ts';
import { ALL_ENGINES } from '../../src/main/services/auto-engines.ts';
import { notTried } from '../../src/shared/engine-choice.ts';
import { READY, REPORT, stepMessage } from '../support/fake-trainer.ts';
import { events, FINISHED, service, start, trainer, useTrainings } from './training-harness.ts';

useTrainings();

function autoEngines(changes: Partial<AutoEngines>): AutoEngines {
  return { ...ALL_ENGINES, ...changes };
}

describe('a training that auto chooses the engine of', () => {
  it('waits for the trial of the graphics card, says so, and passes on what it is to leave out', async () => {
    const trial = Promise.withResolvers<void>();
    const left = [notTried('webgpu', 'its process crashed')];
    const leftOut: AutoEngines['leftOut'] = async (_choice, trying) => {
      trying?.();
      await trial.promise;
      return left;
    };
    const handle = await start(service({ autoEngines: autoEngines({ leftOut }) }));
    await Promise.resolve();
    expect(events.at(-1)).toMatchObject({ type: 'phase', phase: 'trying-graphics' });
    expect(trainer.sent).toEqual([]);
    trial.resolve();
    expect(await trainer.received('train')).toMatchObject({ engine: 'auto', leftOut: left });
    trainer.say({ type: 'opening', engine: 'wasm' }, READY, stepMessage(1), FINISHED);
    expect(await handle.done).toMatchObject({ status: 'finished' });
  });

  it('gives the trial up when it is stopped', async () => {
    let given: AbortSignal | undefined;
    const leftOut: AutoEngines['leftOut'] = (_choice, _trying, signal) => {
      given = signal;
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve([])));
    };
    const handle = await start(service({ autoEngines: autoEngines({ leftOut }) }));
    expect(given?.aborted).toBe(false);
    handle.stop();
    expect(given?.aborted).toBe(true);
    trainer.exit(0);
    expect(await handle.done).toMatchObject({ status: 'stopped' });
  });

  it('remembers a crash with webgpu and says what follows from it', async () => {
    const lost: string[] = [];
    const handle = await start(service({ autoEngines: autoEngines({ lost: (reason) => void lost.push(reason) }) }));
    await trainer.received('train');
    trainer.say({ type: 'ready', report: { ...REPORT, engine: 'webgpu' }, rejected: [] }, stepMessage(1));
    trainer.exit(null, 'SIGSEGV');
    const { status, error } = await handle.done;
    expect([status, lost]).toEqual(['interrupted', ['the training process crashed (SIGSEGV)']]);
    expect(error?.hint).toMatch(
      /^From now on auto leaves the graphics card out.*`folio resume 1` starts from the beginning/,
    );
  });

  it('says what to do when TensorFlow takes it along before it is ready', async () => {
    const doubted: string[] = [];
    const auto = autoEngines({ doubted: (engine, reason) => void doubted.push(`${engine}: ${reason}`) });
    const handle = await start(service({ autoEngines: auto }));
    await trainer.received('train');
    trainer.say({ type: 'opening', engine: 'tensorflow' });
    trainer.exit(null, 'SIGILL');
    const { status, error } = await handle.done;
    expect([status, doubted]).toEqual(['interrupted', ['tensorflow: the training process crashed (SIGILL)']]);
    expect(error?.hint).toMatch(/^Perhaps TensorFlow is damaged.*`folio engines` tries both.*`folio resume 1` starts/);
  });

  it('remembers a lost device, and one that hangs when it is to stop', async () => {
    const lost: string[] = [];
    const training = service({ autoEngines: autoEngines({ lost: (reason) => void lost.push(reason) }) });
    const first = await start(training);
    trainer.say({ type: 'ready', report: { ...REPORT, engine: 'webgpu' }, rejected: [] });
    trainer.say({ type: 'error', error: { code: 'trainer-died', message: 'the graphics device was lost' } });
    expect((await first.done).error?.hint).toMatch(/^From now on auto/);
    const second = await start(training);
    trainer.say({ type: 'ready', report: { ...REPORT, engine: 'webgpu' }, rejected: [] }, stepMessage(1));
    second.stop();
    expect(await second.done).toMatchObject({ status: 'interrupted' });
    expect(lost).toEqual(['the graphics device was lost', expect.stringMatching(/did not answer for 0 s/) as string]);
  });
});
