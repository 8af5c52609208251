import type { RunConfig } from '../../shared/config.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import type { CharacterIds } from '../model/vocabulary.ts';
import type { Control } from './control.ts';
import type { TrainRequest } from './messages.ts';
import { planBest } from './plan-best.ts';
import { chooseEngine } from './probe.ts';
import type { TextReceiver } from './text-receiver.ts';
import { type Send, train } from './train.ts';

/** Characters a second of validation and of samples, where nothing is measured yet: low on purpose. */
const GUESS = { validation: 20_000, samples: 300 } as const;

/** Chooses the engine, waits for the text, plans where asked, and trains. */
export async function runTraining(
  request: TrainRequest,
  text: TextReceiver,
  control: Control,
  send: Send,
): Promise<void> {
  const { ops, report, rejected } = await chooseEngine(request.engine);
  try {
    await send({ type: 'ready', report, rejected });
    const ids = await text.whole(request.characters);
    const start = performance.now();
    const config = request.plan
      ? await plan(ops, request.config, ids, text.vocabulary.size, report.mixedPays)
      : request.config;
    const secondsSpent = (performance.now() - start) / 1000;
    const { vocabulary } = text;
    const epochEndSeconds = guessEpochEnd(config, ids.length);
    const { resume } = request;
    await train({ ops, config, vocabulary, ids, resume, epochEndSeconds, secondsSpent }, control, send);
  } finally {
    ops.close();
  }
}

async function plan(
  ops: TensorOps,
  config: RunConfig,
  ids: CharacterIds,
  vocabularySize: number,
  mixedPays: boolean,
): Promise<RunConfig> {
  return (await planBest(ops, config, ids, vocabularySize, mixedPays)).config;
}

/** Seconds of the first epoch's end, guessed: only a run on a time budget uses it. */
function guessEpochEnd(config: RunConfig, characters: number): number {
  const { sampleEvery, prompts, temperatures, sampleLength, validationFraction } = config;
  const sampled = sampleEvery > 0 ? prompts.length * temperatures.length * sampleLength : 0;
  return (characters * validationFraction) / GUESS.validation + sampled / GUESS.samples;
}
