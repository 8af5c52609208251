/** The switches in Electron's binary, as a binary has them that nobody has flipped. */
import { SENTINEL } from '@electron/fuses/dist/constants.js';

const VERSION = 1;
/** One character a fuse in @electron/fuses' order, on as Electron ships them; the last one is newer than that package. */
const STATES = '101100011';

/** What is appended to a binary without fuses, so that flipping and reading can be tried on it. */
export const FUSE_WIRE = Buffer.concat([
  Buffer.from(SENTINEL, 'latin1'),
  Buffer.from([VERSION, STATES.length]),
  Buffer.from(STATES, 'latin1'),
]);
