/** Engines of whatever speed, for what chooses among them. */
import type { OpenPurpose } from '../../src/main/engine/open.ts';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import type { EngineAccess } from '../../src/main/trainer/probe.ts';
import type { EngineName } from '../../src/shared/domain.ts';
import { FolioError } from '../../src/shared/errors.ts';

interface Fake {
  readonly gflops: number;
  /** Characters a second. */
  readonly writes?: number;
  readonly lowGflops?: number;
  /** Of the processor's own kernels; those of wasm have none. */
  readonly level?: number;
  readonly computesWrongly?: boolean;
  /** In place of the usual one. */
  readonly device?: string;
}

/** Engines that all compute with wasm and report the speed of their own; one that is left out does not open. */
export function fakeEngines(
  fakes: Partial<Record<EngineName, Fake>>,
): EngineAccess & { opened: EngineName[]; purposes: OpenPurpose[]; closed: EngineName[] } {
  const [opened, closed]: [EngineName[], EngineName[]] = [[], []];
  const purposes: OpenPurpose[] = [];
  const byOps = new Map<TensorOps, Fake>();
  return {
    opened,
    purposes,
    closed,
    async open(name, purpose) {
      opened.push(name);
      purposes.push(purpose);
      const fake = fakes[name];
      if (fake === undefined) throw new FolioError('engine', `${name} is not there.`, `Install ${name}.`);
      const wasm = await openWasm();
      const ops = new Proxy(wasm, {
        get(target, key) {
          if (key === 'device') return fake.device ?? `fake ${name}`;
          if (key === 'fused' && fake.level !== undefined) {
            const sequences = target.fused?.sequences ?? null;
            return { ...target.fused, sequences: sequences && { ...sequences, level: fake.level } };
          }
          if (key === 'close') return () => closed.push(name);
          if (key === 'fused' && fake.computesWrongly === true) return null; // which would compute its own tanh
          if (key === 'tanh' && fake.computesWrongly === true) return (a: never) => target.sigmoid(a);
          const own: unknown = Reflect.get(target, key);
          return typeof own === 'function' ? (...args: unknown[]): unknown => Reflect.apply(own, target, args) : own;
        },
      });
      byOps.set(ops, fake);
      return ops;
    },
    async measure(ops, use) {
      const fake = byOps.get(ops);
      if (use === 'writing') return { use, charactersPerSecond: fake?.writes ?? 0 };
      return { use, gflops: fake?.gflops ?? 0, lowGflops: fake?.lowGflops ?? null };
    },
  };
}
