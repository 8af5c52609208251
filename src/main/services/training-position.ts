/** A checkpoint's position as the record keeps it: JSON that only this file writes and reads. */
import { z } from 'zod';
import { FolioError } from '../../shared/errors.ts';
import type { TrainingPosition } from '../trainer/messages.ts';

const count = z.number().int().min(0);
const seconds = z.number().min(0);

const positionSchema = z.strictObject({
  step: count,
  epoch: z.number().int().min(1),
  stepInEpoch: count,
  activeSeconds: seconds,
  lossSum: z.number(),
  epochSeconds: seconds,
  bestValidationLoss: z.number().nullable(),
  bestEpoch: z.number().int().min(1).nullable(),
  epochsWithoutImprovement: count,
}) satisfies z.ZodType<TrainingPosition>;

export function formatPosition(position: TrainingPosition): string {
  return JSON.stringify(position);
}

/** Throws FolioError 'damaged' for anything that {@link formatPosition} did not write. */
export function parsePosition(json: string): TrainingPosition {
  try {
    return positionSchema.parse(JSON.parse(json));
  } catch (error) {
    throw new FolioError('damaged', `a checkpoint's position cannot be read: ${json.slice(0, 200)}`, undefined, {
      cause: error,
    });
  }
}
