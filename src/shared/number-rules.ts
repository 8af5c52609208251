/** What each numeric setting may be, read from the configuration's own schema: for forms that check while one types. */
import { z } from 'zod';
import { CONFIG_KEYS, runConfigSchema } from './config.ts';
import type { ConfigKey, RunConfig } from './config.ts';

/** Settings that are one number. */
export type NumberKey = {
  [Key in ConfigKey]: RunConfig[Key] extends number ? Key : never;
}[ConfigKey];

export interface NumberRule {
  readonly whole: boolean;
  readonly min: number;
  readonly max: number;
}

const describedNumber = z.object({ type: z.enum(['number', 'integer']), minimum: z.number(), maximum: z.number() });

const rules = CONFIG_KEYS.flatMap((key): [ConfigKey, NumberRule][] => {
  const described = describedNumber.safeParse(z.toJSONSchema(runConfigSchema.shape[key]));
  if (!described.success) return [];
  const { type, minimum, maximum } = described.data;
  return [[key, { whole: type === 'integer', min: minimum, max: maximum }]];
});

export const NUMBER_RULES = Object.fromEntries(rules) as Readonly<Record<NumberKey, NumberRule>>; // a test compares
export const NUMBER_KEYS = Object.keys(NUMBER_RULES) as readonly NumberKey[];
