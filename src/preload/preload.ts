/** The bridge between the page and the program: `window.folio`, and nothing else of Electron or Node. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { CHANNELS } from '../shared/contract/bridge.ts';
import type { Adoption, FolioBridge } from '../shared/contract/bridge.ts';
import type { ServerMessage } from '../shared/contract/wire.ts';

/** A page that was loaded anew starts with a session of its own. */
ipcRenderer.send(CHANNELS.hello);

const bridge: FolioBridge = {
  post(message) {
    ipcRenderer.send(CHANNELS.up, message);
  },
  onMessage(listener) {
    ipcRenderer.on(CHANNELS.down, (_event, message: ServerMessage) => listener(message));
  },
  async adopt(file) {
    const adoption = (await ipcRenderer.invoke(CHANNELS.adopt, webUtils.getPathForFile(file))) as Adoption; // our own side
    // What crosses into the page of an error is its message alone.
    if ('error' in adoption) throw new Error([adoption.error.message, adoption.error.hint].filter(Boolean).join('. '));
    return adoption.file;
  },
};

contextBridge.exposeInMainWorld('folio', bridge);
