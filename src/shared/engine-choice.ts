/** Which engine `auto` takes, for whoever measures and for whoever shows it. */
import { ENGINE_NAMES } from './domain.ts';
import type { EngineName, EngineReport } from './domain.ts';

/** Speeds closer than this are equal: what else the computer does moves a short measurement by as much. */
const NEARLY_EQUAL = 1.1;

/**
 * The fastest; of those that are nearly as fast, the first of ENGINE_NAMES, so that two starts do not come to two engines. Null of none.
 * @param speedOf in whatever unit; higher is faster
 */
export function takenByAuto<T extends { readonly engine: EngineName }>(
  engines: readonly T[],
  speedOf: (engine: T) => number,
): T | null {
  const enough = Math.max(...engines.map(speedOf)) / NEARLY_EQUAL;
  const near = engines.filter((engine) => speedOf(engine) >= enough);
  return near.sort((a, b) => ENGINE_NAMES.indexOf(a.engine) - ENGINE_NAMES.indexOf(b.engine)).at(0) ?? null;
}

/** What `auto` would take for a training, by what was found last; null where nothing works. */
export function fastestOf(reports: readonly EngineReport[]): EngineReport | null {
  const usable = reports.filter(({ available, selfTest }) => available && selfTest === 'passed');
  return takenByAuto(usable, ({ gflops }) => gflops ?? 0);
}

/** Whether TensorFlow's build for graphics cards is at work: nothing else need be tried on the card then. */
export function isOnGraphicsCard({ engine, device }: Pick<EngineReport, 'engine' | 'device'>): boolean {
  return engine === 'tensorflow' && /, GPU\b/.test(device);
}

/** The report of an engine that nobody tried. It says nothing about the engine, and is not remembered. */
export function notTried(engine: EngineName, reason: string): EngineReport {
  return {
    engine,
    device: '',
    available: false,
    reason,
    selfTest: 'not run',
    gflops: null,
    mixedPays: false,
    details: { tried: 'no' },
  };
}

/** Whether it is one of {@link notTried}. */
export function wasTried({ details }: EngineReport): boolean {
  return details['tried'] !== 'no';
}

/** Why webgpu is left alone beside TensorFlow on a graphics card. */
export const CARD_IN_USE = 'not tried, as TensorFlow computes on the graphics card';
