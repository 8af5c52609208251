/**
 * TensorOps on any backend of TensorFlow.js. Kernels are looked up by name for exactly this backend and called directly:
 * none can run on another backend unnoticed, two backends can live in one process, and a call costs 4 us where tfjs's public
 * op costs 23. What has no kernel of its own is composed of those that have; a backend that can do better overrides it.
 */
import type { Attribute, KernelBackend, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type * as TfjsCore from '@tensorflow/tfjs-core';
import { FolioError } from '../../../shared/errors.ts';
import type { AdamState, AdamStep, FusedCells, MatmulOptions, Tensor, TensorOps } from '../tensor-ops.ts';
import { asHandle, Handles, infoOf, type Handle } from './handles.ts';
import { dropoutMaskValues } from './loops.ts';

export type KernelInputs = NamedTensorInfoMap | TensorInfo[];
export type KernelAttributes = Record<string, Attribute>;
type Kernel = (inputs: KernelInputs, attributes: KernelAttributes | undefined) => TensorInfo | TensorInfo[];

/** What an implementation of TensorOps on tfjs is made from: the library, one initialized backend, and its name in words. */
export interface TfjsContext {
  readonly tf: Pick<typeof TfjsCore, 'getKernel'>;
  readonly backend: KernelBackend;
  readonly backendName: string;
  readonly device: string;
}

/** The operations over the kernels of one backend; its protected members are for backends that do some of them better. */
export class TfjsOps implements TensorOps {
  readonly device: string;
  readonly hasLowPrecision = false;
  readonly fused: FusedCells | null = null;
  protected readonly backend: KernelBackend;
  protected readonly handles: Handles;
  readonly #tf: TfjsContext['tf'];
  readonly #backendName: string;
  readonly #kernels = new Map<string, Kernel>();

  constructor({ tf, backend, backendName, device }: TfjsContext) {
    this.#tf = tf;
    this.#backendName = backendName;
    this.backend = backend;
    this.handles = new Handles(backend);
    this.device = device;
  }

  arena<T>(body: () => T): T {
    return this.handles.arena(body);
  }
  keep<T extends Tensor>(tensor: T): T {
    this.handles.keep(asHandle(tensor));
    return tensor;
  }
  release(...tensors: readonly Tensor[]): void {
    for (const tensor of tensors) this.handles.free(asHandle(tensor));
  }
  tensorCount(): number {
    return this.backend.numDataIds();
  }
  /** Frees every tensor. The backend itself stays loaded: tfjs binds its kernels to it once in a process. */
  close(): void {
    this.handles.freeAll();
  }

  fromFloats(values: Float32Array, shape: readonly number[]): Tensor {
    return this.#write(values, shape, 'float32');
  }
  fromInts(values: Int32Array, shape: readonly number[]): Tensor {
    return this.#write(values, shape, 'int32');
  }
  zeros(shape: readonly number[]): Tensor {
    return this.fromFloats(new Float32Array(sizeOf(shape)), shape);
  }
  async read(tensor: Tensor): Promise<Float32Array> {
    const values = await this.backend.read(infoOf(tensor).dataId);
    if (!(values instanceof Float32Array)) throw new FolioError('internal', 'only float tensors can be read');
    return values;
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this.#binary('Add', a, b);
  }
  sub(a: Tensor, b: Tensor): Tensor {
    return this.#binary('Sub', a, b);
  }
  mul(a: Tensor, b: Tensor): Tensor {
    return this.#binary('Multiply', a, b);
  }
  div(a: Tensor, b: Tensor): Tensor {
    return this.#binary('RealDiv', a, b);
  }
  sqrt(a: Tensor): Tensor {
    return this.run('Sqrt', { x: infoOf(a) });
  }
  scale(a: Tensor, factor: number): Tensor {
    return this.composed(() => this.mul(a, this.#scalar(factor)));
  }
  scaleBy(a: Tensor, factor: Tensor): Tensor {
    return this.mul(a, factor);
  }
  atLeast(a: Tensor, least: number): Tensor {
    return this.composed(() => this.#binary('Maximum', a, this.#scalar(least)));
  }
  addN(tensors: readonly Tensor[]): Tensor {
    return this.run('AddN', tensors.map(infoOf));
  }

  matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
    const { transposeA = false, transposeB = false } = options;
    return this.run('BatchMatMul', { a: infoOf(a), b: infoOf(b) }, { transposeA, transposeB });
  }

  sigmoid(a: Tensor): Tensor {
    return this.run('Sigmoid', { x: infoOf(a) });
  }
  tanh(a: Tensor): Tensor {
    return this.run('Tanh', { x: infoOf(a) });
  }
  sigmoidGrad(y: Tensor, dy: Tensor): Tensor {
    return this.composed(() => this.mul(dy, this.mul(y, this.sub(this.#scalar(1), y))));
  }
  tanhGrad(y: Tensor, dy: Tensor): Tensor {
    return this.composed(() => this.mul(dy, this.sub(this.#scalar(1), this.mul(y, y))));
  }
  toLow(): Tensor {
    throw new FolioError(
      'engine',
      `the ${this.#backendName} engine has no low-precision type`,
      'Use precision=float32.',
    );
  }
  toFloat(): Tensor {
    return this.toLow();
  }

  reshape(a: Tensor, shape: readonly number[]): Tensor {
    return this.run('Reshape', { x: infoOf(a) }, { shape: [...shape] });
  }
  transpose(a: Tensor, permutation: readonly number[]): Tensor {
    return this.run('Transpose', { x: infoOf(a) }, { perm: [...permutation] });
  }
  split(a: Tensor, sizes: readonly number[]): Tensor[] {
    return this.runMany('SplitV', { x: infoOf(a) }, { numOrSizeSplits: [...sizes], axis: 0 });
  }
  unstack(a: Tensor): Tensor[] {
    return this.runMany('Unpack', { value: infoOf(a) }, { axis: 0 });
  }
  stack(tensors: readonly Tensor[]): Tensor {
    return this.run('Pack', tensors.map(infoOf), { axis: 0 });
  }
  concat(tensors: readonly Tensor[], axis: 0 | 1): Tensor {
    return this.run('Concat', tensors.map(infoOf), { axis });
  }

  gather(table: Tensor, ids: Tensor): Tensor {
    return this.run('GatherV2', { x: infoOf(table), indices: infoOf(ids) }, { axis: 0, batchDims: 0 });
  }
  oneHot(ids: Tensor, depth: number): Tensor {
    return this.composed(() => {
      // Made as int32: the kernel of wasm writes the bits of an integer 1 even where float32 is asked for.
      const attributes = { depth, onValue: 1, offValue: 0, dtype: 'int32' };
      const whole = this.run('OneHot', { indices: infoOf(ids) }, attributes);
      return this.run('Cast', { x: infoOf(whole) }, { dtype: 'float32' });
    });
  }
  sum(a: Tensor, axis: number): Tensor {
    return this.run('Sum', { x: infoOf(a) }, { axis: [axis], keepDims: false });
  }
  segmentSum(rows: Tensor, labels: Tensor, count: number): Tensor {
    return this.composed(() => this.matmul(this.oneHot(labels, count), rows, { transposeA: true }));
  }
  sumOfSquares(a: Tensor): Tensor {
    return this.composed(() => this.sum(this.reshape(this.mul(a, a), [sizeOf(a.shape)]), 0));
  }

  softmaxCrossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor } {
    const [rows = 0, depth = 0] = logits.shape;
    return this.arena(() => {
      // The largest logit is subtracted first, so that no exponential overflows and the sum is at least 1.
      const largest = this.run('Max', { x: infoOf(logits) }, { reductionIndices: [1], keepDims: true }); // [N, 1]
      const shifted = this.sub(logits, largest); // [N, V]
      const exponentials = this.run('Exp', { x: infoOf(shifted) }); // [N, V]
      const sums = this.sum(exponentials, 1); // [N]
      const expected = this.oneHot(labels, depth); // [N, V]
      const ofLabel = this.sum(this.mul(shifted, expected), 1); // [N]
      const loss = this.sub(this.run('Log', { x: infoOf(sums) }), ofLabel); // [N]
      const gradient = this.sub(this.div(exponentials, this.reshape(sums, [rows, 1])), expected); // [N, V]
      return { loss: this.keep(loss), gradient: this.keep(gradient) };
    });
  }

  dropoutMask(shape: readonly number[], rate: number, seed: readonly [number, number]): Tensor {
    return this.fromFloats(dropoutMaskValues(sizeOf(shape), rate, seed), shape);
  }

  adam(state: AdamState, gradient: Tensor, { alpha, beta1, beta2, epsilon, decay }: AdamStep): AdamState {
    const { weights, mean, variance } = state;
    const next = this.arena(() => {
      const newMean = this.add(mean, this.scale(this.sub(gradient, mean), 1 - beta1));
      const newVariance = this.add(variance, this.scale(this.sub(this.mul(gradient, gradient), variance), 1 - beta2));
      const step = this.div(this.scale(newMean, alpha), this.add(this.sqrt(newVariance), this.#scalar(epsilon)));
      const decayed = decay === 0 ? weights : this.scale(weights, 1 - decay);
      const newWeights = this.sub(decayed, step);
      for (const tensor of [newWeights, newMean, newVariance]) this.handles.detach(asHandle(tensor));
      return { weights: newWeights, mean: newMean, variance: newVariance };
    });
    this.release(weights, mean, variance);
    return next;
  }

  /** An arena whose one result is kept. */
  protected composed(body: () => Tensor): Tensor {
    return this.arena(() => this.keep(body()));
  }

  /** One kernel with one result. */
  protected run(name: string, inputs: KernelInputs, attributes?: KernelAttributes): Handle {
    const result = this.#kernel(name)(inputs, attributes);
    if (Array.isArray(result)) throw new FolioError('internal', `the kernel ${name} returned more than one tensor`);
    return this.handles.adopt(result);
  }

  /** One kernel with several results. */
  protected runMany(name: string, inputs: KernelInputs, attributes?: KernelAttributes): Handle[] {
    const result = this.#kernel(name)(inputs, attributes);
    return (Array.isArray(result) ? result : [result]).map((info) => this.handles.adopt(info));
  }

  #binary(name: string, a: Tensor, b: Tensor): Handle {
    return this.run(name, { a: infoOf(a), b: infoOf(b) });
  }

  #kernel(name: string): Kernel {
    let kernel = this.#kernels.get(name);
    if (kernel === undefined) {
      // tfjs declares that a kernel is always found; it is not.
      const config = this.#tf.getKernel(name, this.#backendName) as TfjsCore.KernelConfig | undefined;
      if (config === undefined) {
        throw new FolioError(
          'engine',
          `the ${this.#backendName} engine has no kernel ${name}`,
          'Choose another engine.',
        );
      }
      const { kernelFunc } = config;
      // Kernels of lists (AddN, Pack, Concat) take an array where the type says a map of names.
      kernel = (inputs, attributes) =>
        kernelFunc({
          inputs: inputs as NamedTensorInfoMap,
          ...(attributes && { attrs: attributes }),
          backend: this.backend,
        });
      this.#kernels.set(name, kernel);
    }
    return kernel;
  }

  #scalar(value: number): Tensor {
    return this.fromFloats(new Float32Array([value]), []);
  }

  #write(values: Float32Array | Int32Array, shape: readonly number[], dtype: 'float32' | 'int32'): Handle {
    if (values.length !== sizeOf(shape)) {
      throw new FolioError('internal', `${values.length} values were given for the shape [${shape.join(', ')}]`);
    }
    return this.handles.adopt({ dataId: this.backend.write(values, [...shape], dtype), shape: [...shape], dtype });
  }
}

/** The number of elements of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** TensorOps over the kernels of one initialized tfjs backend, nothing fused. */
export function createTfjsOps(context: TfjsContext): TensorOps {
  return new TfjsOps(context);
}
