/** The line to the main process: Electron's utility process has a parentPort, a forked Node process has process.send. */
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { FromTrainer, ToTrainer } from './messages.ts';

/** What Electron adds to `process` in a utility process. */
interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: ToTrainer }) => void): void;
  postMessage(message: FromTrainer): void;
}

export interface Port {
  /** Resolves when the message has been handed over, so that a sender that awaits it is held back by a slow receiver. */
  send(message: FromTrainer): Promise<void>;
  onMessage(listener: (message: ToTrainer) => void): void;
}

/** @throws FolioError 'internal' when nobody started this process as a trainer. */
export function connectPort(): Port {
  const { parentPort } = process as { readonly parentPort?: ParentPort };
  if (parentPort !== undefined) {
    return {
      send: (message) => Promise.resolve(parentPort.postMessage(message)),
      onMessage: (listener) => parentPort.on('message', (event) => listener(event.data)),
    };
  }
  if (process.send === undefined) throw new FolioError('internal', 'the trainer was started without a main process');
  // Without its main process nobody would store what this one makes.
  process.on('disconnect', () => process.exit(0));
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        process.send?.(message, undefined, undefined, (error) => {
          if (error === null || error === undefined) resolve();
          else
            reject(new FolioError('internal', `the main process cannot be reached: ${toErrorMessage(error).message}`));
        });
      }),
    onMessage: (listener) => process.on('message', (message) => listener(message as ToTrainer)),
  };
}
