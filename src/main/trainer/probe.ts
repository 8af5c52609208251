/** An engine proves itself, in this process, and is measured. */
import os from 'node:os';
import type { EngineName, EngineReport } from '../../shared/domain.ts';
import { assertNever, FolioError } from '../../shared/errors.ts';
import { openEngine, type OpenPurpose } from '../engine/open.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { type EngineSpeed, type EngineUse, measureSpeed } from './measure.ts';
import { proveLayers } from './prove-layers.ts';
import { selfTest } from './self-test.ts';

/** What is needed of the engines; tests put others in their place. */
export interface EngineAccess {
  readonly open: (name: EngineName, purpose: OpenPurpose) => Promise<TensorOps>;
  readonly measure: (ops: TensorOps, use: EngineUse) => Promise<EngineSpeed>;
}

/** Those of this program. */
export const ENGINES: EngineAccess = { open: openEngine, measure: measureSpeed };

/** How much faster mixed precision must be before they are worth their lost digits. */
const MIXED_PAYS_FROM = 1.2;
/** The caller closes what was opened. `speed` is null when nothing was measured. */
export type Trial =
  | { readonly ops: TensorOps; readonly report: EngineReport; readonly speed: EngineSpeed | null }
  | { readonly ops: null; readonly report: EngineReport; readonly error: FolioError };

/** Opens an engine, tests it, measures it if asked to, and closes it. What goes wrong is in the report; it does not throw. */
export async function probeEngine(
  name: EngineName,
  { measure }: { readonly measure: boolean },
  engines: EngineAccess = ENGINES,
): Promise<EngineReport> {
  const { ops, report } = await tryEngine(name, 'listed', measure ? 'training' : null, engines);
  ops?.close();
  return report;
}

/** "230 GFLOP/s", or "3400 characters/s". */
export function speedWords(speed: EngineSpeed | null): string {
  return speed?.use === 'writing'
    ? `${Math.round(speed.charactersPerSecond)} characters/s`
    : `${Math.round(speed?.gflops ?? 0)} GFLOP/s`;
}

/** Opens an engine and has it prove itself; `use` null measures nothing. What goes wrong is in the result; it does not throw. */
export async function tryEngine(
  name: EngineName,
  purpose: OpenPurpose,
  use: EngineUse | null,
  engines: EngineAccess,
): Promise<Trial> {
  const report: EngineReport = {
    engine: name,
    device: '',
    available: false,
    reason: '',
    selfTest: 'not run',
    gflops: null,
    mixedPays: false,
    details: { ...machineDetails(), ...(await engineDetails(name)) },
  };
  let ops: TensorOps;
  try {
    ops = await engines.open(name, purpose);
  } catch (error) {
    return failed(report, error);
  }
  await proveLayers(ops);
  const opened = { ...report, device: ops.device };
  try {
    await selfTest(ops);
  } catch (error) {
    ops.close();
    return failed({ ...opened, selfTest: 'failed' }, error);
  }
  const tested = { ...opened, selfTest: 'passed', available: true } as const;
  if (use === null) return { ops, report: { ...tested, reason: 'passed the self-test' }, speed: null };
  try {
    const speed = await engines.measure(ops, use);
    const reason = `passed the self-test at ${speedWords(speed)}`;
    return { ops, report: { ...tested, ...figuresOf(speed, tested.details), reason }, speed };
  } catch (error) {
    ops.close();
    return failed({ ...tested, available: false }, error);
  }
}

/** What a measurement adds to a report: how fast one text is written says nothing about a training. */
function figuresOf(
  speed: EngineSpeed,
  details: EngineReport['details'],
): Pick<EngineReport, 'gflops' | 'mixedPays' | 'details'> {
  if (speed.use === 'writing') {
    return {
      gflops: null,
      mixedPays: false,
      details: { ...details, writing: speedWords(speed) },
    };
  }
  const { gflops, lowGflops } = speed;
  const bfloat16 = lowGflops === null ? {} : { bfloat16: `${Math.round(lowGflops)} GFLOP/s, rounding included` };
  const mixedPays = lowGflops !== null && lowGflops >= MIXED_PAYS_FROM * gflops;
  return { gflops, mixedPays, details: { ...details, ...bfloat16 } };
}

function failed(report: EngineReport, thrown: unknown): Trial {
  const error =
    thrown instanceof FolioError
      ? thrown
      : new FolioError('engine', thrown instanceof Error ? thrown.message : String(thrown), undefined, {
          cause: thrown,
        });
  const sentence = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  const reason = error.hint === undefined ? sentence : `${sentence} ${error.hint}`;
  return { ops: null, report: { ...report, reason }, error };
}

function machineDetails(): EngineReport['details'] {
  const [cpu] = os.cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpu?.model.trim() ?? 'unknown',
    threads: String(os.availableParallelism()),
  };
}

/** Versions and paths of an engine, without loading anything native. */
async function engineDetails(name: EngineName): Promise<EngineReport['details']> {
  try {
    switch (name) {
      case 'tensorflow':
        return (await import('../engine/tensorflow/locate.ts')).tensorFlowStatus().details;
      case 'webgpu':
        return (await import('../engine/tfjs/webgpu/adapter.ts')).webgpuDetails();
      case 'wasm':
        return (await import('../engine/wasm/open.ts')).wasmDetails();
      default:
        return assertNever(name, 'engine');
    }
  } catch {
    return {}; // opening it will say what is wrong
  }
}
