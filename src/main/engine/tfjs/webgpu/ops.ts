/**
 * TensorOps on tfjs's WebGPU backend. Matrix products, broadcasting arithmetic and reductions are tfjs's kernels; what a training step
 * does often, or what those do inexactly, in a changing order or in many passes, is a program of Folio's own. Nothing is computed on
 * the CPU, and nothing but `read` waits for the graphics processor.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { FolioError } from '../../../../shared/errors.ts';
import type { AdamState, AdamStep, FusedCells, MatmulOptions, Tensor } from '../../tensor-ops.ts';
import { asHandle, infoOf, type Handle } from '../handles.ts';
import { sizeOf, TfjsOps, type KernelAttributes, type KernelInputs, type TfjsContext } from '../ops.ts';
import { webgpuCells } from './cells.ts';
import { Dispatcher } from './dispatcher.ts';
import type { DeviceWatch } from './device-watch.ts';
import type { Program } from './programs.ts';
import * as programs from './training.ts';

/** Multiplications up to which a product is one thread an element: tfjs makes a program for every kind of size, which takes its time. */
const SMALL_PRODUCT = 2 ** 20;
/** Of which a thread of those does no more. */
const SMALL_INNER = 1024;
/** Elements up to which turning and summing are a thread an element, for the same reason. */
const SMALL_TENSOR = 2 ** 16;
/** From here on a product with a transposed second factor is faster if that is turned before: see `matmul`. */
const TURN_FROM = 2 ** 24;
/** tfjs splits the inner dimension from here on and adds the parts as they arrive, in another order each time. */
const SPLIT_FROM = 2000;

/** What the engine is made from. */
export interface WebgpuContext extends TfjsContext {
  readonly backend: WebGPUBackend;
  readonly watch: DeviceWatch;
  /** Sets tfjs's choice among its programs for products; -1 leaves it to tfjs. */
  readonly chooseProduct: (program: number) => void;
  /** Called once, by `close`. */
  readonly closed: () => void;
}

/** tfjs's number of its program for small products, which adds in one order. */
const SMALL_OUTPUT_PROGRAM = 2;
const TFJS_CHOOSES = -1;

/** The operations on one device. */
export class WebgpuOps extends TfjsOps {
  override readonly fused: FusedCells;
  readonly #context: WebgpuContext;
  readonly #dispatcher: Dispatcher;
  #open = true;

  constructor(context: WebgpuContext) {
    super(context);
    this.#context = context;
    this.#dispatcher = new Dispatcher(context.backend);
    this.fused = webgpuCells((program, reads, shapes, uniforms) =>
      this.#program(program, reads, shapes, uniforms, uniforms[0] ?? 0),
    );
  }

  /** Bytes of all buffers on the device, those that wait to be used again included. */
  get allocatedBytes(): number {
    return this.#context.backend.memory().numBytesAllocatedInGPU;
  }

  /** The device goes with it: unlike wasm's, it is this engine's own. */
  override close(): void {
    super.close();
    if (!this.#open) return;
    this.#open = false;
    this.#context.closed();
  }

  override zeros(shape: readonly number[]): Tensor {
    const count = sizeOf(shape);
    if (count === 0) return super.zeros(shape);
    return this.#one(programs.FILL_ZERO, [], shape, [count], count);
  }

  override async read(tensor: Tensor): Promise<Float32Array> {
    this.#context.watch.check();
    const info = infoOf(tensor);
    let values: Float32Array;
    try {
      values = await super.read(tensor);
    } catch (error) {
      throw await this.#context.watch.explain(error);
    }
    this.#context.watch.check();
    this.#dispatcher.forgetCopy(info);
    return values.slice();
  }

  override sigmoid(a: Tensor): Tensor {
    return this.#alike(programs.SIGMOID, [a]);
  }
  override tanh(a: Tensor): Tensor {
    return this.#alike(programs.TANH, [a]);
  }
  override sigmoidGrad(y: Tensor, dy: Tensor): Tensor {
    return this.#alike(programs.SIGMOID_GRAD, [y, dy]);
  }
  override tanhGrad(y: Tensor, dy: Tensor): Tensor {
    return this.#alike(programs.TANH_GRAD, [y, dy]);
  }
  override scale(a: Tensor, factor: number): Tensor {
    return this.#alike(programs.SCALE, [a], [factor]);
  }
  override scaleBy(a: Tensor, factor: Tensor): Tensor {
    return this.#alike(programs.SCALE_BY, [a, factor]);
  }
  override atLeast(a: Tensor, least: number): Tensor {
    return this.#alike(programs.AT_LEAST, [a], [least]);
  }

  /**
   * tfjs reads a transposed second factor one number at a time, and four where it is not transposed: turning it costs less than a
   * large product gains. And where tfjs would add parts of a product as they arrive, another of its programs is taken: the same
   * numbers must come out each time.
   */
  override matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
    const [rows = 0, inner = 0] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
    const columns = (transposeB ? b.shape[0] : b.shape[1]) ?? 0;
    if (rows * inner * columns < SMALL_PRODUCT && inner <= SMALL_INNER) {
      return this.#smallProduct(a, b, transposeA, transposeB, [rows, inner, columns]);
    }
    if (transposeB && columns % 4 === 0 && rows * inner * columns >= TURN_FROM) {
      return this.composed(() => this.matmul(a, this.transpose(b, [1, 0]), { transposeA }));
    }
    const small = inner >= SPLIT_FROM && rows * columns > 128 && !this.#fillsDevice(rows, columns);
    if (!small) return super.matmul(a, b, { transposeA, transposeB });
    this.#context.chooseProduct(SMALL_OUTPUT_PROGRAM);
    try {
      return super.matmul(a, b, { transposeA, transposeB });
    } finally {
      this.#context.chooseProduct(TFJS_CHOOSES);
    }
  }

  override transpose(a: Tensor, permutation: readonly number[]): Tensor {
    const count = sizeOf(a.shape);
    const [rows, columns] = a.shape;
    const turns = a.shape.length === 2 && permutation[0] === 1 && infoOf(a).dtype === 'float32';
    if (!turns || count > SMALL_TENSOR || rows === undefined || columns === undefined) {
      return super.transpose(a, permutation);
    }
    return this.#one(programs.SMALL_TRANSPOSE, [a], [columns, rows], [count, rows, columns], count);
  }
  override sum(a: Tensor, axis: number): Tensor {
    const count = sizeOf(a.shape);
    const length = a.shape[axis] ?? 0;
    if (count > SMALL_TENSOR || length === 0) return super.sum(a, axis);
    const shape = a.shape.toSpliced(axis, 1);
    const results = count / length;
    // One thread would go through all of it alone.
    if (results === 1) return this.#one(programs.ADD_UP_ALL, [a], shape, [count], 1);
    return this.#one(programs.SMALL_SUM, [a], shape, [results, length, sizeOf(a.shape.slice(axis + 1))], results);
  }

  override split(a: Tensor, sizes: readonly number[]): Tensor[] {
    const [, ...rest] = a.shape;
    return this.#cut(
      a,
      sizes.map((size) => [size, ...rest]),
    );
  }
  override unstack(a: Tensor): Tensor[] {
    const [count = 0, ...rest] = a.shape;
    return this.#cut(
      a,
      Array.from({ length: count }, () => rest),
    );
  }
  override stack(tensors: readonly Tensor[]): Tensor {
    return this.#join(tensors, [tensors.length, ...(tensors[0]?.shape ?? [])]);
  }
  override concat(tensors: readonly Tensor[], axis: 0 | 1): Tensor {
    if (axis === 1) return super.concat(tensors, 1);
    const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
    return this.#join(tensors, [rows, ...(tensors[0]?.shape.slice(1) ?? [])]);
  }

  override oneHot(ids: Tensor, depth: number): Tensor {
    const count = sizeOf(ids.shape) * depth;
    return this.#one(programs.ONE_HOT, [ids], [...ids.shape, depth], [count, depth], count);
  }
  override segmentSum(rows: Tensor, labels: Tensor, count: number): Tensor {
    const [length = 0, width = 0] = rows.shape;
    const chunks = programs.segmentChunks(width);
    const uniforms = [length, width, chunks, count];
    return this.#one(
      programs.SEGMENT_SUM,
      [rows, labels],
      [count, width],
      uniforms,
      count * chunks * programs.ROW_THREADS,
    );
  }
  override sumOfSquares(a: Tensor): Tensor {
    const count = sizeOf(a.shape);
    const groups = programs.squareGroups(count);
    const threads = groups * programs.ROW_THREADS;
    if (groups === 1) return this.#one(programs.SUM_OF_SQUARES, [a], [], [count, 1], threads);
    return this.composed(() => {
      const sums = this.#one(programs.SUM_OF_SQUARES, [a], [groups], [count, groups], threads);
      return this.#one(programs.ADD_UP_ALL, [sums], [], [groups], 1);
    });
  }
  override softmaxCrossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor } {
    const [rows = 0, width = 0] = logits.shape;
    const shapes = [[rows], [rows, width]];
    const threads = rows * programs.ROW_THREADS;
    const [loss, gradient] = this.#program(
      programs.CROSS_ENTROPY,
      [logits, labels],
      shapes,
      [rows, width],
      threads,
    ) as [Handle, Handle]; // as many as there are shapes
    return { loss, gradient };
  }

  override dropoutMask(shape: readonly number[], rate: number, [seed0, seed1]: readonly [number, number]): Tensor {
    const count = sizeOf(shape);
    const threshold = Math.floor(rate * 2 ** 32);
    return this.#one(programs.DROPOUT, [], shape, [count, threshold, seed0, seed1, 1 / (1 - rate)], count);
  }

  /** All three tensors are changed in place. */
  override adam({ weights, mean, variance }: AdamState, gradient: Tensor, step: AdamStep): AdamState {
    const { alpha, beta1, beta2, epsilon, decay } = step;
    const state = [weights, mean, variance].map(infoOf);
    if (state.some((info) => this.#dispatcher.owners(info) > 1)) {
      // Somebody else sees these values in another shape, and must go on seeing them.
      return super.adam({ weights, mean, variance }, gradient, step);
    }
    const count = sizeOf(weights.shape);
    this.#context.watch.check();
    this.#dispatcher.run(programs.ADAM, {
      reads: [infoOf(gradient)],
      writes: state,
      uniforms: [count, alpha, 1 - beta1, 1 - beta2, epsilon, 1 - decay],
      threads: count,
    });
    for (const tensor of [weights, mean, variance]) this.handles.detach(asHandle(tensor));
    return { weights, mean, variance };
  }

  protected override run(name: string, inputs: KernelInputs, attributes?: KernelAttributes): Handle {
    this.#context.watch.check();
    return super.run(name, inputs, attributes);
  }

  #smallProduct(
    a: Tensor,
    b: Tensor,
    transposeA: boolean,
    transposeB: boolean,
    [rows, inner, columns]: readonly [number, number, number],
  ): Tensor {
    const innerOfB = (transposeB ? b.shape[1] : b.shape[0]) ?? 0;
    if (innerOfB !== inner || a.shape.length !== 2 || b.shape.length !== 2) {
      const [left, right] = [a, b].map(({ shape }) => `[${shape.join(', ')}]`);
      throw new FolioError('internal', `matrices of shapes ${left} and ${right} cannot be multiplied`);
    }
    const steps = [...(transposeA ? [1, rows] : [inner, 1]), ...(transposeB ? [1, inner] : [columns, 1])];
    const count = rows * columns;
    return this.#one(programs.SMALL_PRODUCT, [a, b], [rows, columns], [count, columns, inner, ...steps], count);
  }

  /** Whether tfjs's usual tiles of a product are enough to keep the device busy; its own measure. */
  #fillsDevice(rows: number, columns: number): boolean {
    const tiles = Math.ceil(rows / 32) * Math.ceil(columns / 32);
    const enough = this.#context.backend.thresholdToIncreaseWorkgroups;
    return tiles > (rows <= 8 ? 2 * enough : enough);
  }

  #alike(program: Program, reads: readonly [Tensor, ...Tensor[]], uniforms: readonly number[] = []): Handle {
    const [{ shape }] = reads;
    const count = sizeOf(shape);
    return this.#one(program, reads, shape, [count, ...uniforms], count);
  }

  #one(
    program: Program,
    reads: readonly Tensor[],
    shape: readonly number[],
    uniforms: readonly number[],
    threads: number,
  ): Handle {
    const [result] = this.#program(program, reads, [shape], uniforms, threads);
    if (result === undefined) throw new FolioError('internal', `the program ${program.name} has no result`);
    return result;
  }

  #program(
    program: Program,
    reads: readonly Tensor[],
    shapes: readonly (readonly number[])[],
    uniforms: readonly number[],
    threads: number,
  ): Handle[] {
    this.#context.watch.check();
    const inputs = reads.map(infoOf);
    const outputs = shapes.map((shape) => this.#output(shape, 'float32'));
    this.#dispatcher.run(program, { reads: inputs, writes: outputs.map(({ info }) => info), uniforms, threads });
    return outputs;
  }

  /** Copies consecutive pieces of a into tensors of these shapes. */
  #cut(a: Tensor, shapes: readonly (readonly number[])[]): Tensor[] {
    const from = infoOf(a);
    const pieces = shapes.map((shape) => this.#output(shape, from.dtype));
    let fromStart = 0;
    const copies = pieces.map(({ info }) => {
      const copy = { from, fromStart, to: info, toStart: 0, length: sizeOf(info.shape) };
      fromStart += copy.length;
      return copy;
    });
    if (fromStart !== sizeOf(a.shape)) {
      throw new FolioError('internal', `a tensor of shape [${a.shape.join(', ')}] was cut into ${fromStart} elements`);
    }
    this.#dispatcher.copy(copies);
    return pieces;
  }

  /** Copies tensors into a new one, one behind the other. */
  #join(tensors: readonly Tensor[], shape: readonly number[]): Tensor {
    const parts = tensors.map(infoOf);
    const out = this.#output(shape, parts[0]?.dtype ?? 'float32');
    let toStart = 0;
    const copies = parts.map((from) => {
      const copy = { from, fromStart: 0, to: out.info, toStart, length: sizeOf(from.shape) };
      toStart += copy.length;
      return copy;
    });
    if (toStart !== sizeOf(shape)) {
      throw new FolioError('internal', `${toStart} elements were joined into the shape [${shape.join(', ')}]`);
    }
    this.#dispatcher.copy(copies);
    return out;
  }

  /** A new tensor whose contents are not set yet. */
  #output(shape: readonly number[], dtype: TensorInfo['dtype']): Handle {
    return this.handles.adopt(this.#context.backend.makeTensorInfo([...shape], dtype));
  }
}
