/** What the preload script hands to the page as `window.folio`: the wire, and files that were dropped. Nothing else of Electron or Node. */
import type { ChosenFile } from './app.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

export interface FolioBridge {
  post(message: ClientMessage): void;
  /** Called once, before the first message is posted. */
  onMessage(listener: (message: ServerMessage) => void): void;
  /** A handle for a file of the person's choice; its path stays in the program. */
  adopt(file: File): Promise<ChosenFile>;
}
