/** What the last probe of the engines found, from one start of the program to the next. */
import { z } from 'zod';
import { ENGINE_NAMES } from '../../shared/domain.ts';
import type { EngineReport } from '../../shared/domain.ts';
import { wasTried } from '../../shared/engine-choice.ts';
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

/**
 * Replaces what was known of these engines, keeps the rest. What nobody tried says nothing, and what was measured for writing leaves
 * the device's speed in training as it was.
 */
export function rememberEngines(memory: EngineMemory, found: readonly EngineReport[], now = Date.now()): void {
  const known = knownEngines(memory);
  const tried = found.filter(wasTried);
  if (tried.length === 0) return;
  const kept = known.reports.filter(({ engine }) => !tried.some((report) => report.engine === engine));
  memory.write(
    JSON.stringify({ ...known, at: now, reports: [...kept, ...tried.map((report) => withSpeed(report, known))] }),
  );
}

function withSpeed(report: EngineReport, { reports }: KnownEngines): EngineReport {
  if (!report.available || report.gflops !== null) return report;
  const before = reports.find(({ engine, device }) => engine === report.engine && device === report.device);
  if (before === undefined) return report;
  const { gflops, mixedPays, details } = before;
  return { ...report, gflops, mixedPays, details: { ...details, ...report.details } };
}
