/** What the preload script hands to the page as `window.folio`: the wire, and files that were dropped. Nothing else of Electron or Node. */
import type { ErrorMessage } from '../errors.ts';
import type { ChosenFile } from './app.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

export interface FolioBridge {
  post(message: ClientMessage): void;
  /** Called once, before the first message is posted. */
  onMessage(listener: (message: ServerMessage) => void): void;
  /** A handle for a file of the person's choice; its path stays in the program. Rejects with a plain Error whose message is for people. */
  adopt(file: File): Promise<ChosenFile>;
}

/** Between the preload script and the program; the page never sees them. */
export const CHANNELS = {
  /** From the preload script: a page begins. */
  hello: 'folio:hello',
  /** From the page: one ClientMessage. */
  up: 'folio:up',
  /** To the page: one ServerMessage. */
  down: 'folio:down',
  /** Asked by the preload script with the path behind a File; answered with an Adoption. */
  adopt: 'folio:adopt',
} as const;

export type Adoption = { readonly file: ChosenFile } | { readonly error: ErrorMessage };
