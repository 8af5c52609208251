/** What the last probe of the engines found, from one start of the program to the next. */
import { z } from 'zod';
import { ENGINE_NAMES } from '../../shared/domain.ts';
import type { EngineReport } from '../../shared/domain.ts';
import type { KnownEngines } from './types.ts';

export interface EngineMemory {
  /** What was written last; null for nothing. */
  read(): string | null;
  write(text: string): void;
}

/** Keeps nothing. */
export const FORGETFUL: EngineMemory = { read: () => null, write: () => undefined };

const reportSchema = z.object({
  engine: z.enum(ENGINE_NAMES),
  device: z.string(),
  available: z.boolean(),
  reason: z.string(),
  selfTest: z.enum(['passed', 'failed', 'not run']),
  gflops: z.number().nullable(),
  mixedPays: z.boolean(),
  details: z.record(z.string(), z.string()),
}) satisfies z.ZodType<EngineReport>;

const knownSchema = z.object({ at: z.number(), reports: z.array(reportSchema) });
const NOTHING: KnownEngines = { reports: [], at: null };

/** What cannot be read is not known: the next probe finds it again. */
export function knownEngines(memory: EngineMemory): KnownEngines {
  const text = memory.read();
  if (text === null) return NOTHING;
  try {
    return knownSchema.parse(JSON.parse(text));
  } catch {
    return NOTHING;
  }
}

/** Replaces what was known of these engines, keeps the rest. */
export function rememberEngines(memory: EngineMemory, found: readonly EngineReport[], now = Date.now()): void {
  const kept = knownEngines(memory).reports.filter(({ engine }) => !found.some((report) => report.engine === engine));
  memory.write(JSON.stringify({ at: now, reports: [...kept, ...found] }));
}
