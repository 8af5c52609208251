/**
 * Which engines `auto` may open in a process that trains or writes. A graphics driver that crashes takes its process with it, so webgpu is
 * opened there only when it has proven itself in a process of its own: with this version of Folio and this driver.
 */
import type { EngineChoice, EngineName, EngineReport } from '../../shared/domain.ts';
import { CARD_IN_USE, isOnGraphicsCard, notTried } from '../../shared/engine-choice.ts';
import { knownEngines, knownGraphics, rememberEngines, rememberGraphics } from './engine-memory.ts';
import type { EngineMemory } from './engine-memory.ts';
import { probeInProcess } from './engine-probe.ts';
import { graphicsDriver } from './graphics-driver.ts';
import type { GraphicsDriver } from './graphics-driver.ts';
import type { StartTrainer } from './types.ts';

export interface AutoEngines {
  /**
   * What `auto` leaves out, with the reasons. Where the graphics card has not shown yet what it does, a process of its own tries it first:
   * `trying` is called then, and it takes up to half a minute, once. Aborted, the card is left out this time. Does not throw.
   */
  leftOut(choice: EngineChoice, trying?: () => void, signal?: AbortSignal): Promise<readonly EngineReport[]>;
  /** A process in which `auto` had opened webgpu was lost: it is left out from now on. */
  lost(reason: string): void;
  /** This engine failed, or took its process with it, before it was ready: what was known of it no longer counts. */
  doubted(engine: EngineName, reason: string): void;
  /** A person had the engines tried: what was found counts from now on. */
  tried(reports: readonly EngineReport[]): void;
}

/** Leaves nothing out and tries nothing. */
export const ALL_ENGINES: AutoEngines = {
  leftOut: () => Promise.resolve([]),
  lost: () => undefined,
  doubted: () => undefined,
  tried: () => undefined,
};

export interface AutoEngineOptions {
  readonly startTrainer: StartTrainer;
  readonly memory: EngineMemory;
  /** Of Folio. */
  readonly version: string;
  /** What drives the card; a test's own. */
  readonly driver?: () => GraphicsDriver;
  /** How long the card may take to prove itself. */
  readonly milliseconds?: number;
}

const UNTIL =
  'auto leaves it out until the engines are tried again (Settings, or folio engines) or its driver changes.';

export function createAutoEngines({
  startTrainer,
  memory,
  version,
  driver = graphicsDriver,
  milliseconds = 30_000,
}: AutoEngineOptions): AutoEngines {
  /** Of a trial under way, which several may wait for. */
  let trial: { readonly result: Promise<EngineReport>; readonly end: AbortController; waiting: number } | null = null;

  const tryCard = async (circumstances: string, signal?: AbortSignal): Promise<EngineReport | null> => {
    if (trial === null) {
      const end = new AbortController();
      const result = probeInProcess(startTrainer, 'webgpu', { milliseconds, signal: end.signal });
      const mine = (trial = { result, end, waiting: 0 });
      result
        .then((report) => {
          rememberEngines(memory, [report]);
          rememberGraphics(memory, trialOf(circumstances, report));
        })
        .catch(() => undefined) // aborted: nothing was found
        .finally(() => {
          if (trial === mine) trial = null;
        });
    }
    const own = trial;
    own.waiting++;
    const aborted = Promise.withResolvers<null>();
    const abort = (): void => aborted.resolve(null);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    try {
      return await Promise.race([own.result, aborted.promise]);
    } catch {
      return null; // another who waited for it was the last but this one
    } finally {
      signal?.removeEventListener('abort', abort);
      if (--own.waiting === 0) own.end.abort();
    }
  };

  const circumstancesOf = ({ description }: GraphicsDriver): string => `Folio ${version}\n${description}`;

  return {
    async leftOut(choice, trying = () => undefined, signal) {
      if (choice !== 'auto') return [];
      if (knownEngines(memory).reports.some((report) => report.available && isOnGraphicsCard(report))) {
        return [notTried('webgpu', CARD_IN_USE)];
      }
      const found = driver();
      const circumstances = circumstancesOf(found);
      const known = knownGraphics(memory);
      const counts = known?.circumstances === circumstances ? known : null;
      if (counts?.works === true) return [];
      // Whoever has the engines tried without a driver learns no more than this, and need not try them again for it.
      if (!found.present) return [notTried('webgpu', 'not tried, as no driver for Vulkan is installed')];
      if (counts !== null) return [leftOutFor(counts.reason)];
      trying();
      const report = await tryCard(circumstances, signal);
      if (report === null) return [notTried('webgpu', 'not tried, as there was no time to try it')];
      return report.available ? [] : [leftOutFor(report.reason)];
    },

    lost(reason) {
      const report = knownEngines(memory).reports.find(({ engine }) => engine === 'webgpu');
      const lost = { ...(report ?? notTried('webgpu', '')), available: false, reason: sentence(reason), details: {} };
      rememberEngines(memory, [lost]);
      rememberGraphics(memory, trialOf(circumstancesOf(driver()), lost));
    },

    doubted(engine, reason) {
      rememberEngines(memory, [{ ...notTried(engine, sentence(reason)), details: {} }]);
    },

    tried(reports) {
      const report = reports.find(({ engine }) => engine === 'webgpu');
      if (report !== undefined) rememberGraphics(memory, trialOf(circumstancesOf(driver()), report));
    },
  };
}

function trialOf(
  circumstances: string,
  { available, reason }: EngineReport,
): ReturnType<typeof knownGraphics> & object {
  return { circumstances, works: available, reason: available ? '' : reason };
}

function leftOutFor(reason: string): EngineReport {
  return notTried('webgpu', `${sentence(reason)} ${UNTIL}`);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
