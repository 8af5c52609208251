/** Before the end-to-end tests, once: the program is built, as `npm start` does it. */
import { resolve } from 'node:path';
import { buildWhenStale } from '../../../scripts/app-build.ts';
import { findChromium } from './chromium.ts';

/** Called by vitest. Throws with the build's own words when it fails. */
export async function setup(): Promise<void> {
  if (findChromium() === null) return; // the tests say so
  const failure = await buildWhenStale(resolve(import.meta.dirname, '../../..'), (line) => console.log(line));
  if (failure !== null) throw new Error(`the app could not be built:\n${failure}`);
}
