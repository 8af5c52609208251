/** The contract over the wrapper around Electron's IPC, between stand-ins for what Electron provides. */
import { EventEmitter } from 'node:events';
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import type { Api } from '../../src/main/api/dispatch.ts';
import { openChannel, type Channel, type ChannelOptions } from '../../src/main/desktop/ipc.ts';
import { START_URL } from '../../src/main/desktop/origin.ts';
import { CHANNELS } from '../../src/shared/contract/bridge.ts';
import { createWireClient, type WireClient } from '../../src/shared/contract/client.ts';
import type { ServerMessage } from '../../src/shared/contract/wire.ts';
import type { Transport, Window } from './transport.ts';

export interface FakeFrame {
  readonly url: string;
  readonly parent: FakeFrame | null;
}

export const OWN_FRAME: FakeFrame = { url: START_URL, parent: null };

/** Of Electron's `ipcMain` what the wrapper uses. Messages are copied as Electron copies them. */
export class FakeIpcMain extends EventEmitter {
  readonly #handlers = new Map<string, (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown>();

  handle(channel: string, handler: (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown): void {
    this.#handlers.set(channel, handler);
  }

  send(page: FakePage, channel: string, message?: unknown, senderFrame: FakeFrame | null = OWN_FRAME): void {
    // Of the event only what tells who sent it.
    const event = { sender: page as unknown as WebContents, senderFrame } as unknown as IpcMainEvent;
    this.emit(channel, event, structuredClone(message));
  }

  async invoke(page: FakePage, channel: string, given: unknown, senderFrame: FakeFrame | null): Promise<unknown> {
    const event = { sender: page as unknown as WebContents, senderFrame } as unknown as IpcMainInvokeEvent; // as above
    return structuredClone(await this.#handlers.get(channel)?.(event, structuredClone(given)));
  }
}

/** Of a window's contents what the wrapper uses, with the page's end of the wire. */
export class FakePage extends EventEmitter {
  static #lastId = 0;
  readonly id = ++FakePage.#lastId;
  readonly client: WireClient;
  #destroyed = false;

  constructor(ipcMain: FakeIpcMain) {
    super();
    this.client = createWireClient((message) => {
      // A message is never handled within the call that sends it.
      const copy = structuredClone(message);
      queueMicrotask(() => ipcMain.send(this, CHANNELS.up, copy));
    });
  }

  send(channel: string, message: ServerMessage): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed');
    if (channel !== CHANNELS.down) throw new Error(`nothing listens to ${channel}`);
    const copy = structuredClone(message);
    queueMicrotask(() => this.client.receive(copy));
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  destroy(): void {
    this.#destroyed = true;
    this.emit('destroyed');
  }
}

export interface IpcProgram {
  readonly ipcMain: FakeIpcMain;
  readonly channel: Channel;
  /** What the wrapper said that it dropped. */
  readonly dropped: string[];
  /** A page that may speak. */
  page(): FakePage;
}

export function ipcProgram(api: Api, adopt: ChannelOptions['adopt'] = () => Promise.reject(new Error())): IpcProgram {
  const ipcMain = new FakeIpcMain();
  const dropped: string[] = [];
  const channel = openChannel({
    // The stand-in has these two methods as they are used, not in all their overloads.
    ipcMain: ipcMain as unknown as ChannelOptions['ipcMain'],
    api,
    adopt,
    refused: (what) => {
      dropped.push(what);
      ipcMain.emit('dropped', what);
    },
  });
  return {
    ipcMain,
    channel,
    dropped,
    page() {
      const page = new FakePage(ipcMain);
      channel.admit(page as unknown as WebContents); // of which it uses what the stand-in has
      return page;
    },
  };
}

export const ipc: Transport = {
  name: "Electron's IPC",
  async start(api) {
    const program = ipcProgram(api);
    return {
      async open(): Promise<Window> {
        const page = program.page();
        program.ipcMain.send(page, CHANNELS.hello);
        return {
          client: page.client,
          post: (message) => program.ipcMain.send(page, CHANNELS.up, message),
          refused: new Promise((resolve) => program.ipcMain.once('dropped', resolve)),
          close: async () => page.destroy(),
        };
      },
      stop: async () => undefined,
    };
  },
};
