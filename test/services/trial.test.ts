import { describe, expect, it } from 'vitest';
import { createTrialService } from '../../src/main/services/trial.ts';
import type { TrialPhase } from '../../src/main/services/trial.ts';
import type { ActiveTraining } from '../../src/main/services/types.ts';
import type { Trial } from '../../src/shared/contract/training.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { FakeTrainer, REPORT } from '../support/fake-trainer.ts';

const { config } = PRESETS.quick;
const TRIAL: Trial = {
  report: REPORT,
  rejected: [],
  millisecondsPerStep: 10,
  charactersPerSecond: 204_800,
  writingPerSecond: 3000,
  loss: 4.2,
  uniformLoss: 4.17,
  prompt: 'ab',
  text: 'xyz',
};

function setup(chunks: readonly Uint8Array[] = [new TextEncoder().encode('åb'), new TextEncoder().encode('c')]) {
  const trainer = new FakeTrainer();
  const started: string[] = [];
  let active: ActiveTraining | null = null;
  const service = createTrialService({
    // Of a stored text the trial looks at the vocabulary only.
    store: { corpus: () => ({ vocabulary: ['b', 'c', 'å'] }) as never, corpusChunks: () => chunks },
    training: {
      active: () => active,
      subscribe: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    startTrainer: (purpose) => {
      started.push(purpose);
      return trainer;
    },
  });
  const listeners = new Set<(event: TrainingEvent) => void>();
  const say = (event: TrainingEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };
  const phases: string[] = [];
  const controller = new AbortController();
  const tell = ({ phase }: TrialPhase): void => void phases.push(phase);
  const attempt = () => service.try({ corpusId: 7, config, engine: 'wasm' }, tell, controller.signal);
  const train = (name: string, phase = 'training'): void => {
    active = { runId: 3, handle: {} as never, snapshot: { name, phase } as never }; // nothing else of it is looked at
  };
  return { trainer, started, phases, controller, attempt, train, say, listeners };
}

describe('trying a run', () => {
  it('hands over the text, tells the phases and answers with what was found; its process is gone then', async () => {
    const { trainer, started, phases, attempt } = setup();
    const trial = attempt();
    expect(await trainer.received('trial')).toEqual({
      type: 'trial',
      config,
      vocabulary: ['b', 'c', 'å'],
      characters: 3, // of four bytes
      engine: 'wasm',
      leftOut: [],
    });
    trainer.say({ type: 'trial-phase', phase: 'writing' }, { type: 'trial-phase', phase: 'measuring' });
    trainer.say({ type: 'tried', trial: TRIAL });
    expect(await trial).toEqual(TRIAL);
    expect(phases).toEqual(['starting', 'writing', 'measuring']);
    expect(started).toEqual(['probe']);
    expect(trainer.kills).toEqual(['SIGKILL']);
  });

  it('hands over no more of a long text than a few steps need', async () => {
    const chunk = new Uint8Array(1 << 20).fill(97);
    const { trainer, attempt } = setup(new Array<Uint8Array>(50).fill(chunk));
    const trial = attempt();
    expect((await trainer.received('trial')).characters).toBe(2 << 20);
    trainer.say({ type: 'tried', trial: TRIAL });
    await trial;
  });

  it('is refused while a run is trained, by its name, without starting anything', async () => {
    const { started, attempt, train } = setup();
    train('Shakespeare, GRU 192');
    await expect(attempt()).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringContaining('"Shakespeare, GRU 192" is being trained') as string,
    });
    expect(started).toEqual([]);
  });

  it('goes while the training is paused: it slows nothing down then', async () => {
    const { trainer, attempt, train } = setup();
    train('Shakespeare, GRU 192', 'paused');
    const trial = attempt();
    await trainer.received('trial');
    trainer.say({ type: 'tried', trial: TRIAL });
    expect(await trial).toEqual(TRIAL);
  });

  it('ends, and says why, when a training begins or goes on meanwhile', async () => {
    const begun = setup();
    const first = begun.attempt();
    await begun.trainer.received('trial');
    begun.say({ run: 3, type: 'created', name: 'Hamlet' });
    await expect(first).rejects.toMatchObject({ code: 'busy', message: expect.stringContaining('"Hamlet"') as string });
    expect(begun.trainer.kills).toContain('SIGKILL');
    expect(begun.listeners.size).toBe(0);

    const continued = setup();
    continued.train('Hamlet', 'paused');
    const second = continued.attempt();
    await continued.trainer.received('trial');
    continued.say({ run: 3, type: 'phase', phase: 'paused' });
    expect(continued.trainer.kills).toEqual([]);
    continued.train('Hamlet', 'training');
    continued.say({ run: 3, type: 'phase', phase: 'training' });
    await expect(second).rejects.toMatchObject({ code: 'busy', hint: expect.stringContaining('Pause') as string });
  });

  it('ends its process at once when nobody waits for it any more', async () => {
    const { trainer, controller, attempt } = setup();
    const trial = attempt();
    await trainer.received('trial');
    controller.abort();
    await expect(trial).rejects.toMatchObject({ code: 'cancelled' });
    expect(trainer.kills).toContain('SIGKILL');
  });

  it('starts nothing when it was cancelled before', async () => {
    const { started, controller, attempt } = setup();
    controller.abort();
    await expect(attempt()).rejects.toMatchObject({ code: 'cancelled' });
    expect(started).toEqual([]);
  });

  it('reports what its process reports, and its death', async () => {
    const failing = setup();
    const failed = failing.attempt();
    await failing.trainer.received('trial');
    failing.trainer.say({ type: 'error', error: { code: 'engine', message: 'no adapter' } });
    await expect(failed).rejects.toMatchObject({ code: 'engine', message: 'no adapter' });
    const dying = setup();
    const died = dying.attempt();
    await dying.trainer.received('trial');
    dying.trainer.exit(null, 'SIGSEGV');
    await expect(died).rejects.toMatchObject({ code: 'trainer-died' });
  });
});
