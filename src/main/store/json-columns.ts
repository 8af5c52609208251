import { z } from 'zod';

import { runConfigSchema, storedConfigSchema, type RunConfig } from '../../shared/config.ts';
import type { RunSummary, SampleSettings } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';

const stringsSchema = z.array(z.string());

export const sampleSettingsSchema = z.strictObject({
  temperature: z.number(),
  topK: z.number(),
  topP: z.number(),
  minP: z.number(),
  seed: z.number(),
  length: z.number(),
  stop: z.string(),
}) satisfies z.ZodType<SampleSettings>;

const { cell, layers, units, epochs, minutes, maxSteps } = runConfigSchema.shape;
const planSchema = z.tuple([cell, layers, units, epochs, minutes, maxSteps]);

export type RunPlan = Pick<RunSummary, 'network' | 'plannedEpochs'>;

/** What a list shows of a configuration. One that is damaged must not hide the others: its run is listed without. */
export function parsePlan(json: string): RunPlan {
  const plan = planSchema.safeParse(JSON.parse(json)); // SQLite's own JSON
  if (!plan.success) return { network: null, plannedEpochs: null };
  const [cell, layers, units, epochs, minutes, maxSteps] = plan.data;
  return { network: { cell, layers, units }, plannedEpochs: minutes > 0 || maxSteps > 0 ? null : epochs };
}

function parse<T>(schema: z.ZodType<T>, json: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new FolioError('damaged', `what is stored is not JSON any more: ${what}`, undefined, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new FolioError('damaged', `what is stored is not what Folio writes: ${what}: ${z.prettifyError(result.error)}`);
}

/** For a list, which shows the rest of a damaged row. */
export function stringsOrNull(json: string): string[] | null {
  return parsedOrNull(stringsSchema, json);
}

export function sampleSettingsOrNull(json: string): SampleSettings | null {
  return parsedOrNull(sampleSettingsSchema, json);
}

function parsedOrNull<T>(schema: z.ZodType<T>, json: string): T | null {
  try {
    return schema.parse(JSON.parse(json));
  } catch {
    return null; // whoever asks says what is missing
  }
}

/** `what` names the row for the error: "the configuration of run 3". All throw FolioError 'damaged'. */
export function parseStrings(json: string, what: string): string[] {
  return parse(stringsSchema, json, what);
}

export function parseConfig(json: string, what: string): RunConfig {
  return parse(storedConfigSchema, json, what);
}
