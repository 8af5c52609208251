/**
 * The process that owns tensors. It does one job at a time (probe, install, try a run's settings, train, or hold weights to generate
 * and evaluate) and ends with its main process. Started by services through StartTrainer; never imported.
 */
import { assertNever, FolioError, toErrorMessage } from '../../shared/errors.ts';
import { Control } from './control.ts';
import { LoadedModel } from './loaded-model.ts';
import { answerBuilds, installPackHere } from './packs.ts';
import type { ToTrainer, TrainRequest, TrialRequest } from './messages.ts';
import { CheckpointSender, PieceReceiver } from './pieces.ts';
import { connectPort } from './port.ts';
import { TextReceiver } from './text-receiver.ts';
import { runTraining } from './training-job.ts';

const port = connectPort();
const control = new Control();
const checkpoints = new CheckpointSender((message) => port.send(message));
const pieces = new PieceReceiver();
let text: TextReceiver | null = null;
let model: LoadedModel | null = null;

// Ctrl-C reaches the whole terminal group; the main process decides what it means.
process.on('SIGINT', () => undefined);
// So do the SIGTERM of `timeout` or of a service manager and the SIGHUP of a closed terminal: a training must live to save.
if (process.argv[2] === 'training') for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

/** Runs a job; what it throws becomes a message. */
function job(work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    if (!(error instanceof FolioError)) console.error(error);
    port.send({ type: 'error', error: toErrorMessage(error) }).catch(() => process.exit(1));
  });
}

async function probe(names: Extract<ToTrainer, { type: 'probe' }>['engines']): Promise<void> {
  const { probeEngine } = await import('./probe.ts');
  const reports = [];
  for (const name of names) reports.push(await probeEngine(name, { measure: true }));
  await port.send({ type: 'probed', reports });
}

async function install(build: 'cpu' | 'cuda'): Promise<void> {
  const { installTensorFlow } = await import('../engine/tensorflow/install.ts');
  // Cancelled, it ends the programs that it has started (pip, a compiler) and cleans up.
  const cancelled = new AbortController();
  process.on('SIGTERM', () => cancelled.abort());
  const details = await installTensorFlow({
    build,
    progress: (progress) => void port.send({ type: 'install-progress', ...progress }),
    signal: cancelled.signal,
  });
  await port.send({ type: 'installed', details });
}

async function startTraining(request: TrainRequest): Promise<void> {
  text = new TextReceiver(request.vocabulary, request.characters);
  await runTraining({ ...request, resume: wholeResume(request.resume) }, text, control, checkpoints.send);
}

function wholeResume(resume: TrainRequest['resume']): TrainRequest['resume'] {
  if (resume === null) return null;
  const { weights, optimizer, inPieces } = resume;
  return {
    ...resume,
    weights: pieces.part('weights', weights, inPieces),
    optimizer: pieces.part('optimizer', optimizer, inPieces),
  };
}

async function tryRun(request: TrialRequest): Promise<void> {
  const received = new TextReceiver(request.vocabulary, request.characters);
  text = received; // before anything is awaited: the text comes right behind
  const { runTrial } = await import('./trial.ts');
  await runTrial(request, received, (message) => port.send(message));
}

function loaded(): LoadedModel {
  if (model === null) throw new FolioError('internal', 'no weights are loaded');
  return model;
}

function receive(message: ToTrainer): void {
  switch (message.type) {
    case 'probe':
      return job(() => probe(message.engines));
    case 'install':
      return job(() => install(message.build));
    case 'install-pack':
      return job(() => installPackHere(message.source, (answer) => port.send(answer)));
    case 'builds':
      return job(() => answerBuilds(message.ask, (answer) => port.send(answer)));
    case 'checkpoint-piece':
      return pieces.take(message);
    case 'train':
      return job(() => startTraining(message));
    case 'trial':
      return job(() => tryRun(message));
    case 'text':
      return job(() => Promise.resolve(text?.take(message.bytes, message.last)));
    case 'pause':
      return control.pause();
    case 'continue':
      return control.continue();
    case 'stop':
      return control.stop();
    case 'stored':
      return checkpoints.stored();
    case 'load':
      return job(async () => {
        model ??= new LoadedModel((answer) => port.send(answer));
        await model.load({ ...message, weights: pieces.part('weights', message.weights, message.inPieces) });
      });
    case 'generate':
      return job(() => loaded().generate(message));
    case 'cancel':
      return job(() => Promise.resolve(loaded().cancel(message.id)));
    case 'evaluate':
      return job(() => {
        text = loaded().receiverFor(message.characters);
        return loaded().evaluate(text);
      });
    default:
      return assertNever(message, 'message');
  }
}

port.onMessage(receive);
