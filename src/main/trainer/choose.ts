/** Which engine a process computes with: the one that was named, or the fastest. The choice is always told with its reason. */
import { ENGINE_NAMES, type EngineChoice, type EngineName, type EngineReport } from '../../shared/domain.ts';
import { CARD_IN_USE, isOnGraphicsCard, notTried, takenByAuto } from '../../shared/engine-choice.ts';
import { FolioError } from '../../shared/errors.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import type { EngineSpeed, EngineUse } from './measure.ts';
import { type EngineAccess, ENGINES, speedWords, type Trial, tryEngine } from './probe.ts';

export interface ChosenEngine {
  readonly ops: TensorOps;
  readonly report: EngineReport;
  /** What was tried and passed over, or not tried, and why. */
  readonly rejected: readonly EngineReport[];
}

export interface ChoiceOptions {
  /** What is measured is what will be done. */
  readonly use: EngineUse;
  /** What `auto` is not to open in this process, with the reasons; nothing by default. */
  readonly leftOut?: readonly EngineReport[];
  /** Is told, and waited for, before `auto` opens an engine: what it loads may end the process. */
  readonly opening?: (engine: EngineName) => Promise<void>;
}

/** From here on `auto` leaves wasm out beside TensorFlow's own kernels. A graphics processor may be faster still. */
const FAST_ENOUGH_GFLOPS = 50;

type Passed = Extract<Trial, { readonly ops: TensorOps }>;

/**
 * Opens the engine to compute with: the one that was named, or (`auto`) the fastest that passes the self-test. The caller
 * closes it. `report.reason` says why it was chosen, in words.
 * @throws FolioError 'engine' when the named engine cannot be used, or none can: no other takes its place unasked.
 */
export async function chooseEngine(
  choice: EngineChoice,
  options: ChoiceOptions,
  engines: EngineAccess = ENGINES,
): Promise<ChosenEngine> {
  if (choice !== 'auto') return openNamed(choice, options, engines);
  const { use, leftOut = [], opening } = options;
  const passed: Passed[] = [];
  const rejected: EngineReport[] = [...leftOut];
  let withoutWasm = false;
  for (const name of ENGINE_NAMES) {
    if (leftOut.some(({ engine }) => engine === name)) continue;
    if (name === 'webgpu' && passed.some(({ report }) => isOnGraphicsCard(report))) {
      rejected.push(notTried(name, CARD_IN_USE));
      continue;
    }
    if (name === 'wasm' && passed.some(leavesWasmOut)) {
      withoutWasm = true;
      continue;
    }
    await opening?.(name);
    const trial = await tryEngine(name, 'automatic', use, engines);
    if (trial.ops === null) rejected.push(trial.report);
    else passed.push(trial);
  }
  const best = takenByAuto(passed.map(withEngine), ({ trial }) => rate(trial.speed))?.trial;
  if (best === undefined) {
    const reasons = rejected.map(({ engine, reason }) => `${engine}: ${reason}`).join(' ');
    throw new FolioError('engine', `no engine can be used here. ${reasons}`, 'See folio engines.');
  }
  const others = passed.filter((trial) => trial !== best).sort((a, b) => rate(b.speed) - rate(a.speed));
  for (const { ops, report, speed } of others) {
    ops.close();
    const faster = rate(speed) > rate(best.speed) ? 'about as fast and comes first' : 'faster';
    const reason = `it passed the self-test, but ${best.report.engine} is ${faster}: ${speeds(best, others)}`;
    rejected.push({ ...report, reason });
  }
  return { ops: best.ops, report: { ...best.report, reason: reasonOf(best, others, withoutWasm) }, rejected };
}

function withEngine(trial: Passed): { readonly engine: EngineName; readonly trial: Passed } {
  return { engine: trial.report.engine, trial };
}

/**
 * A slow graphics processor says nothing about wasm on many cores; the other engine of the same processor does. Where TensorFlow has
 * Folio's kernels for this very processor, it is left out whatever was measured: a moment in which other programs compute would else decide.
 */
function leavesWasmOut({ report, ops, speed }: Passed): boolean {
  if (report.engine !== 'tensorflow') return false;
  if ((ops.fused?.sequences?.level ?? 0) > 0) return true;
  return speed?.use === 'training' && speed.gflops > FAST_ENOUGH_GFLOPS;
}

function rate(speed: EngineSpeed | null): number {
  if (speed === null) return 0;
  return speed.use === 'training' ? speed.gflops : speed.charactersPerSecond;
}

function reasonOf(best: Passed, others: readonly Passed[], withoutWasm: boolean): string {
  const left = withoutWasm ? '; wasm not tried, as it is slower on the same processor' : '';
  const [next] = others;
  if (next === undefined) {
    if (withoutWasm) return `passed the self-test at ${speedWords(best.speed)}${left}`;
    return `the only engine that passed the self-test: ${speedWords(best.speed)}`;
  }
  if (rate(next.speed) > rate(best.speed)) {
    return `about as fast as any engine that passed the self-test: ${speeds(best, others)}${left}`;
  }
  return `fastest of the engines that passed the self-test: ${speeds(best, others)}${left}`;
}

/** "230 GFLOP/s, wasm 30" */
function speeds(best: Passed, others: readonly Passed[]): string {
  const more = others.map(({ report, speed }) => `${report.engine} ${Math.round(rate(speed))}`);
  return [speedWords(best.speed), ...more].join(', ');
}

async function openNamed(name: EngineName, { use }: ChoiceOptions, engines: EngineAccess): Promise<ChosenEngine> {
  const trial = await tryEngine(name, 'named', use, engines);
  if (trial.ops === null) {
    const { message, hint } = trial.error;
    const others = 'Or let Folio choose: --engine auto.';
    throw new FolioError(
      'engine',
      `the ${name} engine was asked for and cannot be used: ${message}`,
      hint === undefined ? others : `${hint} ${others}`,
      { cause: trial.error },
    );
  }
  return { ops: trial.ops, report: { ...trial.report, reason: `asked for; ${trial.report.reason}` }, rejected: [] };
}
