/** The version of what an addon is compiled from. Used by the build of the program too, which has no other way to say it in a package. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The version of @tensorflow/tfjs-node-gpu whose binding the addon is. */
const BINDING = '4.22.0';

/**
 * The binding's version and the hash of Folio's own sources: an addon that was made from others is made anew.
 *
 * @param native the folder of the sources
 */
export function bindingVersionOf(native: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(native).sort()) hash.update(readFileSync(path.join(native, name)));
  return `${BINDING}+${hash.digest('hex').slice(0, 12)}`;
}
