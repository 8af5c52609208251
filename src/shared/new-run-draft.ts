/** The form of a new run as it is kept from one visit to the next, in the person's preferences. */
import { z } from 'zod';
import { runConfigSchema } from './config.ts';
import { NUMBER_KEYS } from './number-rules.ts';
import type { NumberKey } from './number-rules.ts';
import { PRESET_NAMES } from './presets.ts';

const text = z.string().max(10_000);
const { cell, batching, optimizer, schedule, precision, carryState } = runConfigSchema.shape;
const numbers = Object.fromEntries(NUMBER_KEYS.map((key) => [key, text])) as Record<NumberKey, typeof text>;
/** What a draft that is older than a setting has for it. */
const weightDrop = text.default('0');

const draftSchema = z.strictObject({
  version: z.literal(1),
  corpus: z.number().int().nullable(),
  preset: z.enum(PRESET_NAMES),
  /** Empty: the proposed one. */
  name: text,
  engine: z.enum(['auto', 'tensorflow', 'webgpu', 'wasm']),
  keepEvery: text,
  values: z.strictObject({
    ...numbers,
    weightDrop,
    cell,
    batching,
    optimizer,
    schedule,
    precision,
    carryState,
    prompts: z.array(text).max(40),
    temperatures: z.array(text).max(40),
  }),
});
export type Draft = z.infer<typeof draftSchema>;

/** Null for none, and for one that an older or newer Folio wrote otherwise. */
export function readDraft(json: string): Draft | null {
  if (json === '') return null;
  try {
    return draftSchema.parse(JSON.parse(json));
  } catch {
    return null;
  }
}

export function writeDraft(draft: Draft): string {
  return JSON.stringify(draft);
}
