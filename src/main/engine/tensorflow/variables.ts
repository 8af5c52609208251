/**
 * Adam in place, by TensorFlow's fused ResourceApplyAdam: one pass over memory where separate operations take a dozen.
 * Weights and moments live in resource variables; the handles that the model sees are reads of them that share their memory.
 */
import type { AdamState, AdamStep } from '../tensor-ops.ts';
import { boolAttribute, FLOAT, shapeAttribute, stringAttribute, typeAttribute } from './attributes.ts';
import type { TensorFlowBinding } from './binding.ts';
import { asHandle, Handle } from './handles.ts';

/** ids of the resource handles, and the moments' handles that were given out last */
interface Slot {
  readonly weights: number;
  readonly mean: number;
  readonly variance: number;
  readonly shape: readonly number[];
  readonly given: Pick<AdamState, 'mean' | 'variance'>;
}

const DTYPE = [typeAttribute('dtype', FLOAT)];
const ASSIGN = [typeAttribute('dtype', FLOAT), boolAttribute('validate_shape', false)];
const APPLY = [typeAttribute('T', FLOAT), boolAttribute('use_locking', false), boolAttribute('use_nesterov', false)];

/** The resource variables behind the Adam states of one engine. */
export class AdamVariables {
  readonly #binding: TensorFlowBinding;
  /** By the handle of the weights that was given out last. */
  readonly #slots = new Map<Handle, Slot>();
  #created = 0;

  constructor(binding: TensorFlowBinding) {
    this.#binding = binding;
  }

  /** See TensorOps.adam. `free` frees a handle of the consumed state. */
  step(state: AdamState, gradient: number, step: AdamStep, free: (handle: Handle) => void): AdamState {
    const old = asHandle(state.weights);
    const slot = this.#slotOf(state) ?? this.#adopt(state);
    this.#slots.delete(old);
    // The reads share the variables' memory: they must go first, or TensorFlow would copy before it writes.
    for (const handle of [state.weights, state.mean, state.variance]) free(asHandle(handle));
    if (step.decay > 0) this.#decay(slot, step.decay);
    this.#apply(slot, gradient, step);
    const weights = this.#read(slot.weights, slot.shape);
    const given = { mean: this.#read(slot.mean, slot.shape), variance: this.#read(slot.variance, slot.shape) };
    this.#slots.set(weights, { ...slot, given });
    return { weights, ...given };
  }

  /** Destroys the variables behind a state whose weights are being released. */
  forget(weights: Handle): void {
    const slot = this.#slots.get(weights);
    if (slot === undefined) return;
    this.#slots.delete(weights);
    for (const variable of [slot.weights, slot.mean, slot.variance]) {
      this.#binding.executeOp('DestroyResourceOp', [boolAttribute('ignore_lookup_error', true)], [variable], 0);
      this.#binding.deleteTensor(variable);
    }
  }

  /** Destroys all of them. */
  close(): void {
    for (const weights of this.#slots.keys()) this.forget(weights);
  }

  /** The variables of a state; null when there are none or when they hold other moments than the state has. */
  #slotOf({ weights, mean, variance }: AdamState): Slot | null {
    const slot = this.#slots.get(asHandle(weights));
    if (slot === undefined || (slot.given.mean === mean && slot.given.variance === variance)) return slot ?? null;
    this.forget(asHandle(weights));
    return null;
  }

  #adopt(state: AdamState): Slot {
    const { shape } = state.weights;
    const variable = (value: number) => {
      const attributes = [
        stringAttribute('container', ''),
        stringAttribute('shared_name', `folio-${process.pid}-${this.#created++}`),
        typeAttribute('dtype', FLOAT),
        shapeAttribute('shape', shape),
      ];
      const id = this.#one('VarHandleOp', attributes, []);
      this.#binding.executeOp('AssignVariableOp', ASSIGN, [id, value], 0);
      return id;
    };
    return {
      weights: variable(asHandle(state.weights).id),
      mean: variable(asHandle(state.mean).id),
      variance: variable(asHandle(state.variance).id),
      shape,
      given: state,
    };
  }

  #apply(slot: Slot, gradient: number, step: AdamStep): void {
    const scalar = (value: number) => this.#binding.createTensor([], FLOAT, new Float32Array([value]));
    // The kernel multiplies its rate by sqrt(1 - beta2Power) / (1 - beta1Power): with both powers 0 the rate is alpha itself.
    const zero = scalar(0);
    const numbers = [zero, zero, scalar(step.alpha), scalar(step.beta1), scalar(step.beta2), scalar(step.epsilon)];
    const inputs = [slot.weights, slot.mean, slot.variance, ...numbers, gradient];
    this.#binding.executeOp('ResourceApplyAdam', APPLY, inputs, 0);
    for (const id of new Set(numbers)) this.#binding.deleteTensor(id);
  }

  #decay(slot: Slot, decay: number): void {
    const share = this.#binding.createTensor([], FLOAT, new Float32Array([decay]));
    const weights = this.#one('ReadVariableOp', DTYPE, [slot.weights]);
    const shrink = this.#one('Mul', [typeAttribute('T', FLOAT)], [weights, share]);
    this.#binding.deleteTensor(weights);
    this.#binding.executeOp('AssignSubVariableOp', DTYPE, [slot.weights, shrink], 0);
    this.#binding.deleteTensor(shrink);
    this.#binding.deleteTensor(share);
  }

  #read(variable: number, shape: readonly number[]): Handle {
    return new Handle(this.#one('ReadVariableOp', DTYPE, [variable]), shape, FLOAT);
  }

  #one(name: string, attributes: Parameters<TensorFlowBinding['executeOp']>[1], inputs: number[]): number {
    const [info] = this.#binding.executeOp(name, attributes, inputs, 1);
    if (info === undefined) throw new Error(`TensorFlow's ${name} returned nothing`);
    return info.id;
  }
}
