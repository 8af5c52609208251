/** The CUDA pack and the builds there are: the questions that a short-lived process answers. */
import { assertNever } from '../../shared/errors.ts';
import type { BuildsQuestion, PackSource, Send } from './messages.ts';

/** Cancelled by SIGTERM: what was downloaded stays, and the rest is cleaned up. */
export async function installPackHere(source: PackSource, send: Send): Promise<void> {
  const { installPack } = await import('../engine/tensorflow/pack/install-pack.ts');
  const cancelled = new AbortController();
  process.on('SIGTERM', () => cancelled.abort());
  const details = await installPack({
    source,
    progress: (progress) => void send({ type: 'pack-progress', progress }),
    signal: cancelled.signal,
  });
  await send({ type: 'installed', details });
}

export async function answerBuilds(ask: BuildsQuestion, send: Send): Promise<void> {
  const { discardDownload, inventory, removeBuild, verifyAll } = await import('../engine/tensorflow/pack/inventory.ts');
  switch (ask.what) {
    case 'list':
      return send({ type: 'inventory', inventory: await inventory() });
    case 'verify':
      return send({ type: 'verified', wrong: await verifyAll() });
    case 'remove':
      return send({ type: 'freed', bytes: await removeBuild(ask.id) });
    case 'discard-download':
      return send({ type: 'freed', bytes: await discardDownload() });
    default:
      return assertNever(ask, 'question about builds');
  }
}
