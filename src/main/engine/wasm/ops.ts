/**
 * TensorOps on Folio's own WebAssembly kernels. Products, gates and Adam are kernels that use every thread; the rest are loops over the
 * memory.
 */
import { FolioError } from '../../../shared/errors.ts';
import type { AdamState, AdamStep, FusedCells, MatmulOptions, Tensor, TensorOps } from '../tensor-ops.ts';
import { addRowsInto, dropoutMaskValues, finishCrossEntropy, sumAxisInto, sumOfSquares } from '../tfjs/loops.ts';
import { adamTask, dotsTask, gatesTask } from './array-tasks.ts';
import { type Binary, binaryInto, broadcastShape } from './broadcast.ts';
import type { Crew } from './crew.ts';
import { asFloats, type Handle, sizeOf } from './handles.ts';
import type { SharedMemory } from './kernels.ts';
import { MATMUL_SCRATCH, matmulBlock, matmulTask } from './matmul-task.ts';
import { COLUMNS } from './product-routines.ts';
import { fusedSequences } from './sequence-cells.ts';
import { stepCells } from './step-cells.ts';
import { THIN_ROWS } from './thin-routine.ts';
import { THIN_SCRATCH, thinTask } from './thin-task.ts';
import { WasmTensors } from './tensors.ts';

/** Elements from which summing them is worth a task. */
const MANY = 10_000;
/** Floating-point operations that a gate's value or an element's step costs, about. */
const GATE_WORK = 20;

/** TensorOps over a memory and the threads that share it. */
export class WasmOps extends WasmTensors implements TensorOps {
  readonly device: string;
  readonly hasLowPrecision = false;
  readonly fused: FusedCells;

  constructor(memory: SharedMemory, crew: Crew, device: string) {
    super(memory, crew);
    this.device = device;
    const sequences = fusedSequences({
      memory,
      crew,
      create: (shape) => this.handles.create(shape),
      within: (bytes, body) => this.within(bytes, body),
    });
    this.fused = { ...stepCells(this), sequences };
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this.#binary('add', a, b);
  }
  sub(a: Tensor, b: Tensor): Tensor {
    return this.#binary('sub', a, b);
  }
  mul(a: Tensor, b: Tensor): Tensor {
    return this.#binary('mul', a, b);
  }
  div(a: Tensor, b: Tensor): Tensor {
    return this.#binary('div', a, b);
  }
  sqrt(a: Tensor): Tensor {
    return this.#each(a, (to, from) => {
      for (let i = 0; i < to.length; i++) to[i] = Math.sqrt(from[i] as number); // one length
    });
  }
  scale(a: Tensor, factor: number): Tensor {
    return this.#each(a, (to, from) => {
      for (let i = 0; i < to.length; i++) to[i] = (from[i] as number) * factor; // one length
    });
  }
  scaleBy(a: Tensor, factor: Tensor): Tensor {
    const [number = NaN] = this.floats(factor);
    return number === 1 ? this.reshape(a, a.shape) : this.scale(a, number);
  }
  atLeast(a: Tensor, least: number): Tensor {
    return this.#each(a, (to, from) => {
      for (let i = 0; i < to.length; i++) to[i] = Math.max(from[i] as number, least); // one length
    });
  }
  addN(tensors: readonly Tensor[]): Tensor {
    const [first, ...others] = tensors;
    if (first === undefined) throw new FolioError('internal', 'a sum of no tensors');
    return this.#each(first, (to, from) => {
      to.set(from);
      for (const other of others) {
        const values = this.floats(other);
        for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + (values[i] as number); // one length
      }
    });
  }

  matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
    const [left, right] = [asFloats(a), asFloats(b)];
    const [aRows = 0, aColumns = 0] = left.shape;
    const [bRows = 0, bColumns = 0] = right.shape;
    const [M, K] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
    const [inner, N] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
    if (K !== inner || left.shape.length !== 2 || right.shape.length !== 2) {
      const shapes = `[${left.shape.join(', ')}] and [${right.shape.join(', ')}]`;
      throw new FolioError('internal', `matrices of the shapes ${shapes} cannot be multiplied`);
    }
    const out = this.handles.create([M, N]);
    if (K === 0) this.floats(out).fill(0);
    if (M === 0 || N === 0 || K === 0) return out;
    const [aRow, aColumn] = transposeA ? [4, aColumns * 4] : [aColumns * 4, 4];
    const [bRow, bColumn] = transposeB ? [4, bColumns * 4] : [bColumns * 4, 4];
    const shared = [left.address, right.address, out.address, M, N, K, aRow, aColumn, bRow];
    if (M <= THIN_ROWS && !transposeB && N > COLUMNS) {
      this.within([K * THIN_ROWS * 4, THIN_SCRATCH * this.crew.threads], (places) => {
        this.crew.run(thinTask, [...shared, ...places], 2 * M * N * K);
      });
      return out;
    }
    this.within([matmulBlock(N, K), MATMUL_SCRATCH * this.crew.threads], (places) => {
      this.crew.run(matmulTask, [...shared, bColumn, ...places], 2 * M * N * K);
    });
    return out;
  }
  sigmoid(a: Tensor): Tensor {
    return this.#gates(0, a);
  }
  tanh(a: Tensor): Tensor {
    return this.#gates(1, a);
  }
  sigmoidGrad(y: Tensor, dy: Tensor): Tensor {
    const gradients = this.floats(dy);
    return this.#each(y, (to, from) => {
      for (let i = 0; i < to.length; i++) {
        const value = from[i] as number; // one length
        to[i] = (gradients[i] as number) * value * (1 - value);
      }
    });
  }
  tanhGrad(y: Tensor, dy: Tensor): Tensor {
    const gradients = this.floats(dy);
    return this.#each(y, (to, from) => {
      for (let i = 0; i < to.length; i++) {
        const value = from[i] as number; // one length
        to[i] = (gradients[i] as number) * (1 - value * value);
      }
    });
  }
  toLow(): Tensor {
    throw new FolioError('engine', 'the wasm engine has no low-precision type', 'Use precision=float32.');
  }
  toFloat(): Tensor {
    return this.toLow();
  }

  gather(table: Tensor, ids: Tensor): Tensor {
    const [rows = 0, width = 0] = table.shape;
    const out = this.handles.create([...ids.shape, width]);
    const [to, from] = [this.floats(out), this.floats(table)];
    this.integers(ids).forEach((id, i) => {
      if (!(id >= 0 && id < rows)) throw new FolioError('internal', `row ${id} of a table of ${rows}`);
      to.set(from.subarray(id * width, (id + 1) * width), i * width);
    });
    return out;
  }
  oneHot(ids: Tensor, depth: number): Tensor {
    const out = this.handles.create([...ids.shape, depth]);
    const to = this.floats(out).fill(0);
    this.integers(ids).forEach((id, row) => {
      if (id >= 0 && id < depth) to[row * depth + id] = 1;
    });
    return out;
  }
  sum(a: Tensor, axis: number): Tensor {
    const [before, after] = [a.shape.slice(0, axis), a.shape.slice(axis + 1)];
    const out = this.handles.create([...before, ...after]);
    const [length, rows] = [a.shape[axis] ?? 1, sizeOf(before)];
    if (sizeOf(after) === 1 && length % 4 === 0 && length * rows >= MANY)
      return this.#rowSums(out, asFloats(a), length);
    sumAxisInto(this.floats(out), this.floats(a), sizeOf(before), a.shape[axis] ?? 1, sizeOf(after));
    return out;
  }
  segmentSum(rows: Tensor, labels: Tensor, count: number): Tensor {
    const width = rows.shape[1] ?? 0;
    const out = this.handles.create([count, width]);
    addRowsInto(this.floats(out).fill(0), this.floats(rows), this.integers(labels), width);
    return out;
  }
  sumOfSquares(a: Tensor): Tensor {
    const out = this.handles.create([]);
    this.floats(out)[0] = sumOfSquares(this.floats(a));
    return out;
  }
  softmaxCrossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor } {
    const [rows = 0, depth = 0] = logits.shape;
    const gradient = this.handles.create([rows, depth]);
    const loss = this.handles.create([rows]);
    const [from, to] = [this.floats(logits), this.floats(gradient)];
    softmaxRowsInto(to, from, depth);
    finishCrossEntropy(this.floats(loss), to, from, this.integers(labels));
    return { loss, gradient };
  }

  dropoutMask(shape: readonly number[], rate: number, seed: readonly [number, number]): Tensor {
    return this.fromFloats(dropoutMaskValues(sizeOf(shape), rate, seed), shape);
  }
  /** In place: the old handles go on with the new values. */
  adam(state: AdamState, gradient: Tensor, { alpha, beta1, beta2, epsilon, decay }: AdamStep): AdamState {
    const [weights, mean, variance] = [state.weights, state.mean, state.variance].map(asFloats);
    const from = asFloats(gradient);
    if (weights === undefined || mean === undefined || variance === undefined) {
      throw new FolioError('internal', 'three tensors have three handles');
    }
    const places = [weights, weights, mean, variance, from].map(({ address }) => address);
    const rates = [alpha, 1 - beta1, 1 - beta2, epsilon, 1 - decay];
    this.crew.run(adamTask, [...places, weights.size, ...rates], weights.size * GATE_WORK);
    for (const handle of [weights, mean, variance]) this.handles.detach(handle);
    return { weights, mean, variance };
  }

  #binary(operation: Binary, a: Tensor, b: Tensor): Tensor {
    const out = this.handles.create(broadcastShape(a.shape, b.shape));
    const values = [this.floats(out), this.floats(a), this.floats(b)] as const;
    binaryInto(operation, values[0], out.shape, values[1], a.shape, values[2], b.shape);
    return out;
  }

  /** A new tensor of a's shape. */
  #each(a: Tensor, fill: (to: Float32Array, from: Float32Array) => void): Tensor {
    const out = this.handles.create(a.shape);
    fill(this.floats(out), this.floats(a));
    return out;
  }

  /** Each row's product with ones. */
  #rowSums(out: Handle, { address }: Handle, length: number): Tensor {
    return this.within([length * 4], ([ones = 0]) => {
      new Float32Array(this.memory.buffer, ones, length).fill(1);
      const numbers = [out.address, address, ones, length * 4, length / 4, out.size];
      this.crew.run(dotsTask, numbers, 2 * out.size * length);
      return out;
    });
  }

  #gates(which: 0 | 1, a: Tensor): Tensor {
    const [from, out] = [asFloats(a), this.handles.create(a.shape)];
    this.crew.run(gatesTask, [which, out.address, from.address, out.size], out.size * GATE_WORK);
    return out;
  }
}

/** Softmax of every row. The largest of a row is subtracted first, so that no exponential overflows. */
function softmaxRowsInto(out: Float32Array, x: Float32Array, depth: number): void {
  for (let start = 0; start < x.length; start += depth) {
    const end = start + depth;
    let largest = -Infinity;
    for (let i = start; i < end; i++) largest = Math.max(largest, x[i] as number); // in range; NaN stays
    let sum = 0;
    for (let i = start; i < end; i++) {
      const value = Math.exp((x[i] as number) - largest);
      out[i] = value;
      sum += value;
    }
    for (let i = start; i < end; i++) out[i] = (out[i] as number) / sum;
  }
}
