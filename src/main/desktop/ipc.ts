/** The contract over Electron's IPC. Every message passes through one check of who sent it, from where; what fails it is dropped. */
import { isAbsolute } from 'node:path';
import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import { z } from 'zod';
import type { ChosenFile } from '../../shared/contract/app.ts';
import { CHANNELS } from '../../shared/contract/bridge.ts';
import type { Adoption } from '../../shared/contract/bridge.ts';
import type { ServerMessage } from '../../shared/contract/wire.ts';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { Api } from '../api/dispatch.ts';
import { Session } from '../api/session.ts';
import { isOwnPage } from './origin.ts';

export interface Channel {
  /** From now on this page may speak; what it subscribed to ends with it. */
  admit(contents: WebContents): void;
}

export interface ChannelOptions {
  readonly ipcMain: Pick<IpcMain, 'on' | 'handle'>;
  readonly api: Api;
  /** A handle for a path that the person chose by dropping a file. */
  readonly adopt: (path: string) => Promise<ChosenFile>;
  /** Told of what was dropped: a message from elsewhere, or one that is not of the contract. */
  readonly refused: (what: string) => void;
}

/** Longer than any system's paths. */
const path = z
  .string()
  .min(1)
  .max(32_767)
  .refine((value) => isAbsolute(value) && !value.includes('\0'));

export function openChannel({ ipcMain, api, adopt, refused }: ChannelOptions): Channel {
  const admitted = new Map<number, { session: Session }>();

  const begin = (contents: WebContents): Session =>
    new Session(api, (message: ServerMessage) => {
      if (!contents.isDestroyed()) contents.send(CHANNELS.down, message);
    });

  /** The sender's entry, or null when it is not one of our pages: another contents, another address, a frame inside of the page. */
  const senderOf = (event: IpcMainEvent | IpcMainInvokeEvent, channel: string): { session: Session } | null => {
    const { sender, senderFrame } = event;
    const entry = admitted.get(sender.id);
    const isTopFrame = senderFrame !== null && senderFrame.parent === null;
    if (entry !== undefined && isTopFrame && isOwnPage(senderFrame.url)) return entry;
    refused(`a message on ${channel} from ${senderFrame?.url.slice(0, 200) ?? 'a page that is gone'}`);
    return null;
  };

  ipcMain.on(CHANNELS.hello, (event) => {
    const entry = senderOf(event, CHANNELS.hello);
    if (entry === null) return;
    entry.session.close();
    entry.session = begin(event.sender);
  });

  ipcMain.on(CHANNELS.up, (event, message: unknown) => {
    try {
      senderOf(event, CHANNELS.up)?.session.receive(message);
    } catch (error) {
      refused(toErrorMessage(error).message);
    }
  });

  ipcMain.handle(CHANNELS.adopt, async (event, given: unknown): Promise<Adoption> => {
    if (senderOf(event, CHANNELS.adopt) === null) return { error: { code: 'usage', message: 'not for this page' } };
    try {
      const parsed = path.safeParse(given);
      if (!parsed.success)
        throw new FolioError('file', 'this is not a file on the disk', 'Save it, then drop it here.');
      return { file: await adopt(parsed.data) };
    } catch (error) {
      return { error: toErrorMessage(error) };
    }
  });

  return {
    admit(contents) {
      const { id } = contents;
      const entry = { session: begin(contents) };
      admitted.set(id, entry);
      // What a page that crashed had begun is of no use to anybody. The one that is loaded in its place numbers its calls from 1 again,
      // so it must not be sent an answer of the old one.
      contents.on('render-process-gone', () => entry.session.close());
      contents.once('destroyed', () => {
        admitted.delete(id);
        entry.session.close();
      });
    },
  };
}
