/**
 * How a thread that uses the record ends: by itself, once it is told to, with its files closed. Node's `terminate` interrupts it wherever it
 * is, in the middle of a call of SQLite's addon, too, which can end the whole process (better-sqlite3's issue 1507).
 */
import type { MessagePort, Worker } from 'node:worker_threads';

export interface EndMessage {
  readonly type: 'end';
}

const END: EndMessage = { type: 'end' };

/** Asks a thread that listens with {@link listenUntilEnd} to end when it has answered what came before. */
export function tellEnd(thread: Pick<Worker, 'postMessage'>): void {
  thread.postMessage(END);
}

/**
 * In the thread: hears one message after the other until the end is asked for.
 *
 * @param close what is to be closed then
 */
export function listenUntilEnd<Message extends { readonly type: string }>(
  port: MessagePort,
  hear: (message: Message) => void,
  close: () => void = () => undefined,
): void {
  const listener = (message: Message | EndMessage): void => {
    if (!isEnd(message)) return hear(message);
    port.off('message', listener);
    close();
    port.close(); // nothing keeps the thread any more
  };
  port.on('message', listener);
}

/** Resolves when the thread has ended. To be called when it is started. */
export function endOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => worker.once('exit', () => resolve()));
}

function isEnd(message: { readonly type: string }): message is EndMessage {
  return message.type === END.type;
}
