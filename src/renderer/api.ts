/** The only file that knows how the window reaches the program: Electron's bridge, or a WebSocket when the page is in a browser. */
import type { ChosenFile, FileKind } from '../shared/contract/app.ts';
import type { FolioBridge } from '../shared/contract/bridge.ts';
import { createWireClient } from '../shared/contract/client.ts';
import type { FolioClient } from '../shared/contract/index.ts';
import { messageText, parseMessage } from '../shared/contract/message-text.ts';
import type { ServerMessage } from '../shared/contract/wire.ts';
import { FolioError } from '../shared/errors.ts';

declare global {
  interface Window {
    /** Set by the preload script; absent in a browser. */
    readonly folio?: FolioBridge;
  }
}

export interface Connection {
  readonly client: FolioClient;
  /**
   * Lets the person choose a file to read; null when they changed their mind. A browser then hands it over, which takes its time with a
   * large one: `chosen` is told its name before.
   */
  openFile(kind: FileKind, chosen?: (name: string) => void): Promise<ChosenFile | null>;
  /** The same for several; none when they changed their mind. */
  openFiles(kind: FileKind, chosen?: (name: string) => void): Promise<readonly ChosenFile[]>;
  /** A file that was dropped on the window. */
  adopt(file: File): Promise<ChosenFile>;
  /** Lets the person choose where to write. */
  saveFile(kind: FileKind, suggestedName: string): Promise<ChosenFile | null>;
  /** Hands a written file over: a browser downloads it now, a window of our own has it where the person chose. */
  deliver(file: ChosenFile): void;
  /** Called once, when the program can no longer be reached. */
  onLost(listener: () => void): void;
}

/** Rejects with FolioError 'internal' when the program cannot be reached. */
export function connect(): Promise<Connection> {
  return window.folio === undefined ? connectSocket() : Promise.resolve(connectBridge(window.folio));
}

function connectBridge(bridge: FolioBridge): Connection {
  const client = createWireClient((message) => bridge.post(message));
  bridge.onMessage((message) => client.receive(message));
  return {
    client,
    openFile: (kind) => client.request('files:open', { kind }),
    openFiles: () => client.request('packs:choose', {}),
    adopt: (file) => bridge.adopt(file),
    saveFile: (kind, suggestedName) => client.request('files:save', { kind, suggestedName }),
    deliver: () => undefined,
    onLost: () => undefined, // the window lives in the program
  };
}

const ACCEPTED: Readonly<Record<FileKind, string>> = {
  text: '.txt,.md,.text,text/*',
  weights: '.safetensors,.folio',
  table: '.csv,text/csv',
  pack: '',
  record: '.db',
  bundle: '.folio',
};

function connectSocket(): Promise<Connection> {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(`${scheme}//${location.host}/contract`);
  const client = createWireClient((message) => {
    // What is asked of a connection that is gone would wait for ever.
    if (socket.readyState === WebSocket.OPEN) socket.send(messageText(message));
    else if (message.type !== 'unsubscribe') throw connectionLost();
  });
  let tellLost = (): void => undefined;
  socket.addEventListener('message', ({ data }) => client.receive(parseMessage(String(data)) as ServerMessage)); // our own server
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () =>
      resolve({
        client,
        openFile: async (kind, chosen) => {
          const [file] = await pick(ACCEPTED[kind], false);
          if (file === undefined) return null;
          chosen?.(file.name);
          return upload(file);
        },
        openFiles: async (kind, chosen) => {
          const uploaded: ChosenFile[] = [];
          for (const file of await pick(ACCEPTED[kind], true)) {
            chosen?.(file.name);
            uploaded.push(await upload(file));
          }
          return uploaded;
        },
        adopt: upload,
        saveFile: (kind, suggestedName) => client.request('files:save', { kind, suggestedName }),
        deliver: download,
        onLost: (listener) => {
          tellLost = listener;
        },
      }),
    );
    socket.addEventListener('close', () => {
      const lost = connectionLost();
      reject(lost);
      client.fail(lost);
      tellLost();
    });
  });
}

function connectionLost(): FolioError {
  return new FolioError(
    'internal',
    'the connection to Folio was lost',
    'Start Folio again and open the new address that it prints.',
  );
}

/** The browser's own file dialog; nothing when it was closed without a choice. */
function pick(accept: string, multiple: boolean): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.multiple = multiple;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

async function upload(file: File): Promise<ChosenFile> {
  const answer = await fetch(`/files?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file });
  if (!answer.ok) {
    throw new FolioError('file', `${file.name} could not be handed to Folio: ${await answer.text()}`, 'Try again.');
  }
  return (await answer.json()) as ChosenFile; // our own server
}

function download(file: ChosenFile): void {
  const link = document.createElement('a');
  link.href = `/files/${file.handle}?name=${encodeURIComponent(file.name)}`;
  link.download = file.name;
  link.click();
}
