import type { Control } from './control.ts';
import type { Send, TrainRequest } from './messages.ts';
import { planBest } from './plan-best.ts';
import { chooseEngine } from './choose.ts';
import type { TextReceiver } from './text-receiver.ts';
import { storedEpochsNote } from './stored-epochs.ts';
import { train } from './train.ts';

/** Chooses the engine, waits for the text, plans where asked, and trains. */
export async function runTraining(
  request: TrainRequest,
  text: TextReceiver,
  control: Control,
  send: Send,
): Promise<void> {
  const { ops, report, rejected } = await chooseEngine(request.engine, {
    use: 'training',
    leftOut: request.leftOut ?? [],
    opening: (engine) => send({ type: 'opening', engine }),
  });
  try {
    await send({ type: 'ready', report, rejected });
    const ids = await text.ids;
    const start = performance.now();
    const planned = request.plan ? await planBest(ops, request.config, ids, text.vocabulary.size) : null;
    const secondsSpent = (performance.now() - start) / 1000;
    const { vocabulary } = text;
    const { resume } = request;
    const config = planned?.config ?? request.config;
    const reason = planned?.reason ?? storedEpochsNote(config, ids.length, null);
    await train({ ops, config, reason, vocabulary, ids, resume, secondsSpent }, control, send);
  } finally {
    ops.close();
  }
}
