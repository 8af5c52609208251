/** An engine that computes at once, as a graphics processor behaves: what is read arrives later. */
import type { Tensor, TensorOps } from '../../src/main/engine/tensor-ops.ts';

/** Turns of the event loop that a figure takes to arrive: more than a training loop waits between two steps. */
const TURNS = 4;

export interface LateOptions {
  /** Called with each of these, in order: a step's last commands are Adam's. */
  readonly seen?: (what: 'adam' | 'read asked' | 'read answered', tensor: Tensor) => void;
  /** Replaces what the n-th call, from 1, gives for a batch's losses and the gradients that come of them. */
  readonly crossEntropy?: (call: number, given: ReturnType<TensorOps['softmaxCrossEntropy']>) => typeof given;
}

/** The same engine, each operation delegated. */
export function lateEngine(ops: TensorOps, { seen, crossEntropy }: LateOptions = {}): TensorOps {
  let calls = 0;
  const own: Partial<TensorOps> = {
    async read(tensor) {
      seen?.('read asked', tensor);
      const values = await ops.read(tensor); // as it is now: commands are carried out in their order
      for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
      seen?.('read answered', tensor);
      return values;
    },
    adam(state, gradient, step) {
      seen?.('adam', state.weights);
      return ops.adam(state, gradient, step);
    },
    softmaxCrossEntropy(logits, labels) {
      const given = ops.softmaxCrossEntropy(logits, labels);
      return crossEntropy?.(++calls, given) ?? given;
    },
  };
  return new Proxy(ops, {
    get(target, key) {
      const value: unknown = Reflect.get(own, key) ?? Reflect.get(target, key);
      return typeof value === 'function' ? (...args: unknown[]): unknown => Reflect.apply(value, target, args) : value;
    },
  });
}
