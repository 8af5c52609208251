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

/** Whether the graphics card has proven itself in a process of its own, and under which circumstances that is still true. */
export interface GraphicsTrial {
  /** Of the program's version and the driver; compared, not read. */
  readonly circumstances: string;
  readonly works: boolean;
  /** Why it does not; empty where it does. */
  readonly reason: string;
}

const graphicsSchema = z.object({
  circumstances: z.string(),
  works: z.boolean(),
  reason: z.string(),
}) satisfies z.ZodType<GraphicsTrial>;

// Versions before this one know nothing of `graphics`, and leave it out when they write.
const knownSchema = z.object({
  at: z.number(),
  reports: z.array(reportSchema),
  graphics: graphicsSchema.optional().catch(undefined),
});
const NOTHING: z.infer<typeof knownSchema> = { reports: [], at: 0 };

/** What cannot be read is not known: the next probe finds it again. */
export function knownEngines(memory: EngineMemory): KnownEngines {
  const { reports, at } = known(memory);
  return { reports, at: at === NOTHING.at ? null : at };
}

/** Null when it was never tried, or nobody knows. */
export function knownGraphics(memory: EngineMemory): GraphicsTrial | null {
  return known(memory).graphics ?? null;
}

export function rememberGraphics(memory: EngineMemory, graphics: GraphicsTrial): void {
  memory.write(JSON.stringify({ ...known(memory), graphics }));
}

/**
 * Replaces what was known of these engines, keeps the rest. What nobody tried says nothing, and what was measured for writing leaves
 * the device's speed in training as it was.
 */
export function rememberEngines(memory: EngineMemory, found: readonly EngineReport[], now = Date.now()): void {
  const before = known(memory);
  const tried = found.filter(wasTried);
  if (tried.length === 0) return;
  const kept = before.reports.filter(({ engine }) => !tried.some((report) => report.engine === engine));
  const reports = [...kept, ...tried.map((report) => withSpeed(report, before.reports))];
  memory.write(JSON.stringify({ ...before, at: now, reports }));
}

function known(memory: EngineMemory): z.infer<typeof knownSchema> {
  const text = memory.read();
  if (text === null) return NOTHING;
  try {
    return knownSchema.parse(JSON.parse(text));
  } catch {
    return NOTHING;
  }
}

function withSpeed(report: EngineReport, known: readonly EngineReport[]): EngineReport {
  if (!report.available || report.gflops !== null) return report;
  const before = known.find(({ engine, device }) => engine === report.engine && device === report.device);
  if (before === undefined) return report;
  const { gflops, mixedPays, details } = before;
  return { ...report, gflops, mixedPays, details: { ...details, ...report.details } };
}
