/** What the native code computes with, as native/levels.h counts it. */
import os from 'node:os';
import { FolioError } from '../../../shared/errors.ts';
import type { Environment } from './paths.ts';

/** From here on bfloat16 is multiplied natively. */
export const BFLOAT16_LEVEL = 3;
/** From here on in tiles, and float32 as sums of bfloat16 parts, too. */
export const TILE_LEVEL = 4;

const NAMES = ['CPU', 'CPU with AVX2', 'CPU with AVX-512', 'CPU with AVX-512 and bfloat16', 'CPU with AMX'];

/** "CPU with AVX-512" */
export function processorAt(level: number): string {
  return NAMES[level] ?? 'CPU';
}

/**
 * Looks at FOLIO_NATIVE_LEVEL, which takes a lower level than the processor has. An empty one is as good as none.
 * @throws FolioError 'usage' for anything but 0 to 4.
 */
export function checkAskedLevel(env: Environment): void {
  const asked = env['FOLIO_NATIVE_LEVEL'];
  if (asked === undefined || /^[0-4]?$/.test(asked)) return;
  throw new FolioError(
    'usage',
    `FOLIO_NATIVE_LEVEL is "${asked}".`,
    'It takes a number from 0 to 4: 0 any processor, 1 AVX2, 2 AVX-512, 3 AVX-512 with bfloat16, 4 AMX. Correct it, or unset it.',
  );
}

/** Threads that TensorFlow computes on: as many as it was told, or as there are processors for this process. */
export function threads(): number {
  const asked = Number(process.env['TF_NUM_INTRAOP_THREADS']);
  return Number.isInteger(asked) && asked > 0 ? asked : os.availableParallelism();
}
