/**
 * TensorOps on TensorFlow's eager C API, through the raw `executeOp` of the tfjs-node binding: no tfjs bookkeeping, and types
 * that tfjs does not know (bfloat16). Operations are TensorFlow's own; see its op registry for their exact semantics.
 */
import { FolioError } from '../../../shared/errors.ts';
import { Arenas } from '../arena.ts';
import type { AdamState, AdamStep, FusedCells, FusedLayers, MatmulOptions, Tensor, TensorOps } from '../tensor-ops.ts';
import {
  BFLOAT16,
  BOOL,
  boolAttribute,
  FLOAT,
  INT32,
  intAttribute,
  memoize,
  typeAttribute as type,
} from './attributes.ts';
import { loadBinding, type OpAttribute, type TensorFlowBinding } from './binding.ts';
import { cudnnLayers } from './cudnn.ts';
import { asHandle, Handle, idOf } from './handles.ts';
import { fusedCells } from './fused.ts';
import { isLarge, type Processor } from './large-products.ts';
import { checkAskedLevel, processorAt, threads } from './levels.ts';
import { AdamVariables } from './variables.ts';

const T_FLOAT = [type('T', FLOAT)];
const T_OF = memoize((dtype: number) => [type('T', dtype)]);
const TRANSPOSE_OF = memoize((dtype: number) => [type('T', dtype), type('Tperm', INT32)]);
const RESHAPE_OF = memoize((dtype: number) => [type('T', dtype), type('Tshape', INT32)]);
const TO_LOW = [type('SrcT', FLOAT), type('DstT', BFLOAT16), boolAttribute('Truncate', false)];
const TO_FLOAT = [type('SrcT', BFLOAT16), type('DstT', FLOAT), boolAttribute('Truncate', false)];
const BOOL_TO_FLOAT = [type('SrcT', BOOL), type('DstT', FLOAT), boolAttribute('Truncate', false)];
const GATHER = [intAttribute('batch_dims', 0), type('Tparams', FLOAT), type('Tindices', INT32), type('Taxis', INT32)];
const ONE_HOT = [intAttribute('axis', -1), type('T', FLOAT), type('TI', INT32)];
const SUM = [boolAttribute('keep_dims', false), type('T', FLOAT), type('Tidx', INT32)];
const SEGMENT_SUM = [type('T', FLOAT), type('Tindices', INT32), type('Tnumsegments', INT32)];
const CROSS_ENTROPY = [type('T', FLOAT), type('Tlabels', INT32)];
const RANDOM = [type('dtype', FLOAT), type('T', INT32), type('Tseed', INT32)];

/** Attributes of MatMul for [dtype, transposeA, transposeB] packed into one number. */
const MATMUL = memoize((key: number) => [
  boolAttribute('transpose_a', (key & 1) !== 0),
  boolAttribute('transpose_b', (key & 2) !== 0),
  type('T', key >> 2),
]);
/** Attributes that name a count and a type, packed into one number (types are below 256). */
const counted = (countName: string, ...more: OpAttribute[]) => {
  const of = memoize((key: number) => [intAttribute(countName, key >> 8), type('T', key & 255), ...more]);
  return (count: number, dtype: number) => of((count << 8) | dtype);
};
const SPLIT = counted('num_split');
const SPLIT_V = counted('num_split', type('Tlen', INT32));
const UNPACK = counted('num', intAttribute('axis', 0));
const PACK = counted('N', intAttribute('axis', 0));
const CONCAT = counted('N', type('Tidx', INT32));
const ADD_N = counted('N');

class TensorFlowOps implements TensorOps {
  device: string;
  readonly hasLowPrecision = true;
  readonly fused: FusedCells | null;
  layers: FusedLayers | null;
  readonly #binding: TensorFlowBinding;
  readonly #handles: Arenas<Handle>;
  readonly #adam: AdamVariables;
  readonly #onGpu: boolean;
  readonly #processor: Processor;
  /** Small constants (axes, permutations, numbers), made once and never freed before close. */
  readonly #constants = new Map<string, Handle>();

  constructor(binding: TensorFlowBinding) {
    this.#binding = binding;
    this.#handles = new Arenas((handle) => binding.deleteTensor(handle.id));
    this.#adam = new AdamVariables(binding);
    // The operations are compiled for the CPU only.
    const absent = { noIds: () => this.fromInts(new Int32Array(0), [0]), none: () => this.zeros([0, 0]) };
    const gpu = binding.isUsingGpuDevice();
    this.#onGpu = gpu;
    const level = gpu ? 0 : this.#nativeLevel();
    this.fused = gpu ? null : fusedCells((...call) => this.#runMany(...call), absent, level);
    this.#processor = { level, threads: threads() };
    const runCudnn = (name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[], outputs: number) =>
      this.#runMany(name, attributes, inputs.map(idOf), outputs);
    const refuse = (reason: string) => {
      this.layers = null;
      this.device = `TensorFlow ${binding.TF_Version}, GPU, fused cuDNN operations not used: ${reason}`;
    };
    this.layers = gpu ? cudnnLayers(this, runCudnn, refuse) : null;
    this.device = gpu
      ? `TensorFlow ${binding.TF_Version}, GPU, fused cuDNN operations`
      : `TensorFlow ${binding.TF_Version}, ${processorAt(level)}, ${threads()} threads`;
  }

  arena<T>(body: () => T): T {
    return this.#handles.arena(body);
  }

  keep<T extends Tensor>(tensor: T): T {
    this.#handles.keep(asHandle(tensor));
    return tensor;
  }

  release(...tensors: readonly Tensor[]): void {
    for (const tensor of tensors) {
      const handle = asHandle(tensor);
      this.#adam.forget(handle);
      this.#handles.free(handle);
    }
  }

  tensorCount(): number {
    return this.#binding.getNumOfTensors();
  }

  close(): void {
    this.#adam.close();
    for (const constant of this.#constants.values()) this.#handles.free(constant);
    this.#constants.clear();
  }

  fromFloats(values: Float32Array, shape: readonly number[]): Tensor {
    return this.#own(this.#binding.createTensor([...shape], FLOAT, values), shape, FLOAT);
  }

  fromInts(values: Int32Array, shape: readonly number[]): Tensor {
    return this.#own(this.#binding.createTensor([...shape], INT32, values), shape, INT32);
  }

  zeros(shape: readonly number[]): Tensor {
    return this.fromFloats(new Float32Array(shape.reduce((product, size) => product * size, 1)), shape);
  }

  read(tensor: Tensor): Promise<Float32Array> {
    const handle = asHandle(tensor);
    if (handle.dtype === BFLOAT16) return Promise.resolve(this.arena(() => this.#data(this.toFloat(tensor))));
    return Promise.resolve(this.#data(tensor));
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this.#run('AddV2', T_FLOAT, [idOf(a), idOf(b)]);
  }
  sub(a: Tensor, b: Tensor): Tensor {
    return this.#run('Sub', T_FLOAT, [idOf(a), idOf(b)]);
  }
  mul(a: Tensor, b: Tensor): Tensor {
    return this.#run('Mul', T_FLOAT, [idOf(a), idOf(b)]);
  }
  div(a: Tensor, b: Tensor): Tensor {
    return this.#run('RealDiv', T_FLOAT, [idOf(a), idOf(b)]);
  }
  sqrt(a: Tensor): Tensor {
    return this.#run('Sqrt', T_FLOAT, [idOf(a)]);
  }
  scale(a: Tensor, factor: number): Tensor {
    // Not cached: a factor may be a learning rate, different in every step.
    const number = this.#binding.createTensor([], FLOAT, new Float32Array([factor]));
    const result = this.#run('Mul', T_FLOAT, [idOf(a), number]);
    this.#binding.deleteTensor(number);
    return result;
  }
  scaleBy(a: Tensor, factor: Tensor): Tensor {
    // A CPU has computed it by now; looking would make a GPU wait.
    if (!this.#onGpu && this.#data(factor)[0] === 1) return this.#run('Identity', T_FLOAT, [idOf(a)]);
    return this.mul(a, factor);
  }
  atLeast(a: Tensor, least: number): Tensor {
    return this.#run('Maximum', T_FLOAT, [idOf(a), this.#float(least)]);
  }
  addN(tensors: readonly Tensor[]): Tensor {
    return this.#run('AddN', ADD_N(tensors.length, FLOAT), tensors.map(idOf));
  }

  matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
    const { dtype } = asHandle(a);
    const turned = (options.transposeA ? 1 : 0) | (options.transposeB ? 2 : 0);
    const low = options.low === true && dtype === FLOAT;
    if (dtype === FLOAT && isLarge(this.#processor, a, b, turned, low)) {
      return this.#run('FolioMatMul', [], [idOf(a), idOf(b), this.#ints([turned | (low ? 4 : 0)])]);
    }
    if (low) {
      return this.arena(() =>
        this.keep(this.toFloat(this.matmul(this.toLow(a), this.toLow(b), { ...options, low: false }))),
      );
    }
    return this.#run('MatMul', MATMUL((dtype << 2) | turned), [idOf(a), idOf(b)]);
  }

  sigmoid(a: Tensor): Tensor {
    return this.#run('Sigmoid', T_FLOAT, [idOf(a)]);
  }
  tanh(a: Tensor): Tensor {
    return this.#run('Tanh', T_FLOAT, [idOf(a)]);
  }
  sigmoidGrad(y: Tensor, dy: Tensor): Tensor {
    return this.#run('SigmoidGrad', T_FLOAT, [idOf(y), idOf(dy)]);
  }
  tanhGrad(y: Tensor, dy: Tensor): Tensor {
    return this.#run('TanhGrad', T_FLOAT, [idOf(y), idOf(dy)]);
  }
  toLow(a: Tensor): Tensor {
    return this.#run('Cast', TO_LOW, [idOf(a)]);
  }
  toFloat(a: Tensor): Tensor {
    return this.#run('Cast', TO_FLOAT, [idOf(a)]);
  }

  reshape(a: Tensor, shape: readonly number[]): Tensor {
    return this.#run('Reshape', RESHAPE_OF(asHandle(a).dtype), [idOf(a), this.#ints(shape)]);
  }
  transpose(a: Tensor, permutation: readonly number[]): Tensor {
    return this.#run('Transpose', TRANSPOSE_OF(asHandle(a).dtype), [idOf(a), this.#ints(permutation)]);
  }

  split(a: Tensor, sizes: readonly number[]): Tensor[] {
    const { dtype } = asHandle(a);
    const count = sizes.length;
    if (sizes.every((size) => size === sizes[0])) {
      return this.#runMany('Split', SPLIT(count, dtype), [this.#int(0), idOf(a)], count);
    }
    return this.#runMany('SplitV', SPLIT_V(count, dtype), [idOf(a), this.#ints(sizes), this.#int(0)], count);
  }
  unstack(a: Tensor): Tensor[] {
    const count = a.shape[0] ?? 0;
    return this.#runMany('Unpack', UNPACK(count, asHandle(a).dtype), [idOf(a)], count);
  }
  stack(tensors: readonly Tensor[]): Tensor {
    return this.#run('Pack', PACK(tensors.length, this.#dtypeOf(tensors)), tensors.map(idOf));
  }
  concat(tensors: readonly Tensor[], axis: 0 | 1): Tensor {
    const [first] = tensors;
    // ConcatV2 wants two at least.
    if (first !== undefined && tensors.length === 1)
      return this.#run('Identity', T_OF(asHandle(first).dtype), [idOf(first)]);
    const attributes = CONCAT(tensors.length, this.#dtypeOf(tensors));
    return this.#run('ConcatV2', attributes, [...tensors.map(idOf), this.#int(axis)]);
  }

  gather(table: Tensor, ids: Tensor): Tensor {
    return this.#run('GatherV2', GATHER, [idOf(table), idOf(ids), this.#int(0)]);
  }
  oneHot(ids: Tensor, depth: number): Tensor {
    return this.#run('OneHot', ONE_HOT, [idOf(ids), this.#int(depth), this.#float(1), this.#float(0)]);
  }
  sum(a: Tensor, axis: number): Tensor {
    return this.#run('Sum', SUM, [idOf(a), this.#int(axis)]);
  }
  segmentSum(rows: Tensor, labels: Tensor, count: number): Tensor {
    return this.#run('UnsortedSegmentSum', SEGMENT_SUM, [idOf(rows), idOf(labels), this.#int(count)]);
  }
  sumOfSquares(a: Tensor): Tensor {
    // L2Loss is sum(a^2) / 2.
    return this.#run('Mul', T_FLOAT, [idOf(this.#run('L2Loss', T_FLOAT, [idOf(a)])), this.#float(2)]);
  }
  softmaxCrossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor } {
    const inputs = [idOf(logits), idOf(labels)];
    const [loss, gradient] = this.#runMany('SparseSoftmaxCrossEntropyWithLogits', CROSS_ENTROPY, inputs, 2);
    if (loss === undefined || gradient === undefined) throw new FolioError('internal', 'the loss has no gradient');
    return { loss, gradient };
  }

  dropoutMask(shape: readonly number[], rate: number, seed: readonly [number, number]): Tensor {
    return this.arena(() => {
      const seeds = this.fromInts(
        Int32Array.from(seed, (part) => part | 0),
        [2],
      );
      const uniform = this.#run('StatelessRandomUniform', RANDOM, [this.#ints(shape), idOf(seeds)]);
      const survives = this.#run('GreaterEqual', T_OF(FLOAT), [idOf(uniform), this.#float(rate)]);
      return this.keep(this.scale(this.#run('Cast', BOOL_TO_FLOAT, [idOf(survives)]), 1 / (1 - rate)));
    });
  }

  adam(state: AdamState, gradient: Tensor, step: AdamStep): AdamState {
    return this.#adam.step(state, idOf(gradient), step, (handle) => this.#handles.free(handle));
  }

  #own(id: number, shape: readonly number[], dtype: number): Handle {
    return this.#handles.own(new Handle(id, shape, dtype));
  }

  #run(name: string, attributes: readonly OpAttribute[], inputs: number[]): Handle {
    const [info] = this.#binding.executeOp(name, attributes, inputs, 1);
    if (info === undefined) throw new FolioError('internal', `TensorFlow's ${name} returned nothing`);
    return this.#own(info.id, info.shape, info.dtype);
  }

  #runMany(name: string, attributes: readonly OpAttribute[], inputs: number[], outputs: number): Handle[] {
    const infos = this.#binding.executeOp(name, attributes, inputs, outputs);
    return infos.map((info) => this.#own(info.id, info.shape, info.dtype));
  }

  #nativeLevel(): number {
    checkAskedLevel(process.env);
    return this.arena(() => this.#data(this.#run('FolioLevel', [], []))[0] ?? 0);
  }

  #data(tensor: Tensor): Float32Array {
    const data = this.#binding.tensorDataSync(idOf(tensor));
    if (!(data instanceof Float32Array)) throw new FolioError('internal', 'only float tensors can be read');
    return data;
  }

  #dtypeOf(tensors: readonly Tensor[]): number {
    const [first] = tensors;
    if (first === undefined) throw new FolioError('internal', 'nothing to put together');
    return asHandle(first).dtype;
  }

  #constant(key: string, make: () => number, shape: readonly number[], dtype: number): number {
    let constant = this.#constants.get(key);
    if (constant === undefined) this.#constants.set(key, (constant = new Handle(make(), shape, dtype)));
    return constant.id;
  }

  #int(value: number): number {
    const make = () => this.#binding.createTensor([], INT32, new Int32Array([value]));
    return this.#constant(`i${value}`, make, [], INT32);
  }
  #ints(values: readonly number[]): number {
    const make = () => this.#binding.createTensor([values.length], INT32, Int32Array.from(values));
    return this.#constant(`i[${values.join()}]`, make, [values.length], INT32);
  }
  #float(value: number): number {
    const make = () => this.#binding.createTensor([], FLOAT, new Float32Array([value]));
    return this.#constant(`f${value}`, make, [], FLOAT);
  }
}

/**
 * Loads TensorFlow into this process. A process should do this once.
 * @throws FolioError 'engine' when it is not installed or cannot be loaded, with the reason.
 */
export function openTensorFlow(): Promise<TensorOps> {
  return Promise.resolve(createTensorFlowOps(loadBinding()));
}

/** TensorOps over a loaded binding. */
export function createTensorFlowOps(binding: TensorFlowBinding): TensorOps {
  return new TensorFlowOps(binding);
}
