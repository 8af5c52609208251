import type { Control } from './control.ts';
import type { Send, TrainRequest } from './messages.ts';
import { Handover } from './handover.ts';
import { planBest } from './plan-best.ts';
import { chooseEngine } from './choose.ts';
import type { TextReceiver } from './text-receiver.ts';
import { storedEpochsNote } from './stored-epochs.ts';
import { train } from './train.ts';
import type { TrainingInput } from './train.ts';

/** Chooses the engine, waits for the text, plans where asked, and trains. The checkpoint to go on from is held until it is loaded, and no longer. */
export function runTraining(request: TrainRequest, text: TextReceiver, control: Control, send: Send): Promise<void> {
  const { resume, ...order } = request;
  return trainFrom(resume === null ? null : new Handover(resume), order, text, control, send);
}

async function trainFrom(
  resume: TrainingInput['resume'],
  request: Omit<TrainRequest, 'resume'>,
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
    const { plan } = request;
    const planned = plan === null ? null : await planBest(ops, request.config, ids, text.vocabulary.size, plan.named);
    const secondsSpent = (performance.now() - start) / 1000;
    const { vocabulary } = text;
    const config = planned?.config ?? request.config;
    const reason = planned?.reason ?? storedEpochsNote(config, ids.length, null);
    await train({ ops, config, reason, vocabulary, ids, resume, secondsSpent }, control, send);
  } finally {
    ops.close();
  }
}
