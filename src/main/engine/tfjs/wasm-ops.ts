/**
 * TensorOps on the kernels and the heap of tfjs's WebAssembly backend. Matrix products, sigmoid and softmax are XNNPACK's;
 * where tfjs's own kernel is slow (slices copy their whole source, transposed products and transpositions are scalar) one loop
 * over the heap takes its place.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { FolioError } from '../../../shared/errors.ts';
import type { AdamState, AdamStep, MatmulOptions, Tensor } from '../tensor-ops.ts';
import { asHandle, infoOf, type Handle } from './handles.ts';
import {
  adamInto,
  addRowsInto,
  copyColumnsInto,
  finishCrossEntropy,
  sumAxisInto,
  sumOfSquares,
  copySigns,
  transposeInto,
} from './loops.ts';
import { sizeOf, TfjsOps, type TfjsContext } from './ops.ts';

const TWO = new Float32Array([2]);

/**
 * Heap views are taken after every output of an operation exists: memory that grows detaches the views taken before.
 */
export class WasmOps extends TfjsOps {
  readonly #wasm: BackendWasm;

  constructor(context: TfjsContext, wasm: BackendWasm) {
    super(context);
    this.#wasm = wasm;
  }

  override zeros(shape: readonly number[]): Tensor {
    const out = this.#output(shape);
    this.#floats(out).fill(0);
    return out;
  }

  override matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
    if (!transposeA && !transposeB) return super.matmul(a, b);
    // XNNPACK is used only for factors as they lie; a transposed product would run at a twelfth of the speed.
    return this.composed(() =>
      super.matmul(transposeA ? this.transpose(a, [1, 0]) : a, transposeB ? this.transpose(b, [1, 0]) : b),
    );
  }

  /** tanh |x| = -e / (e + 2) with e = exp(-2 |x|) - 1, which is XNNPACK's ELU: exact near zero, and a sixth of the time. */
  override tanh(a: Tensor): Tensor {
    return this.composed(() => {
      const magnitude = this.run('Abs', { x: infoOf(a) });
      const e = this.run('Elu', { x: infoOf(this.scale(magnitude, -2)) });
      const out = this.div(e, this.add(e, this.fromFloats(TWO, [])));
      copySigns(this.#floats(out), this.#floats(a));
      return out;
    });
  }

  override sigmoidGrad(y: Tensor, dy: Tensor): Tensor {
    const out = this.#output(y.shape);
    const [to, ys, dys] = [this.#floats(out), this.#floats(y), this.#floats(dy)];
    for (let i = 0; i < to.length; i++) {
      const value = ys[i] as number; // one length
      to[i] = (dys[i] as number) * value * (1 - value);
    }
    return out;
  }

  override tanhGrad(y: Tensor, dy: Tensor): Tensor {
    const out = this.#output(y.shape);
    const [to, ys, dys] = [this.#floats(out), this.#floats(y), this.#floats(dy)];
    for (let i = 0; i < to.length; i++) {
      const value = ys[i] as number; // one length
      to[i] = (dys[i] as number) * (1 - value * value);
    }
    return out;
  }

  override transpose(a: Tensor, permutation: readonly number[]): Tensor {
    const out = this.#output(
      permutation.map((axis) => a.shape[axis] ?? 1),
      infoOf(a).dtype,
    );
    transposeInto(this.#values(out), this.#values(a), a.shape, permutation);
    return out;
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

  override concat(tensors: readonly Tensor[], axis: 0 | 1): Tensor {
    if (axis === 0) return super.concat(tensors, 0);
    const rows = tensors[0]?.shape[0] ?? 0;
    const widths = tensors.map(({ shape }) => sizeOf(shape.slice(1)));
    const width = widths.reduce((sum, each) => sum + each, 0);
    const rest = tensors[0]?.shape.slice(2) ?? [];
    const out = this.#output([rows, width / sizeOf(rest), ...rest]);
    const to = this.#floats(out);
    let column = 0;
    tensors.forEach((tensor, i) => {
      const own = widths[i] ?? 0;
      copyColumnsInto(to, width, column, this.#floats(tensor), own);
      column += own;
    });
    return out;
  }

  override oneHot(ids: Tensor, depth: number): Tensor {
    const out = this.#output([...ids.shape, depth]);
    const to = this.#floats(out).fill(0);
    this.#ints(ids).forEach((id, row) => {
      if (id >= 0 && id < depth) to[row * depth + id] = 1;
    });
    return out;
  }

  override sum(a: Tensor, axis: number): Tensor {
    const before = a.shape.slice(0, axis);
    const after = a.shape.slice(axis + 1);
    const out = this.#output([...before, ...after]);
    sumAxisInto(this.#floats(out), this.#floats(a), sizeOf(before), a.shape[axis] ?? 1, sizeOf(after));
    return out;
  }

  override segmentSum(rows: Tensor, labels: Tensor, count: number): Tensor {
    const width = rows.shape[1] ?? 0;
    const out = this.#output([count, width]);
    addRowsInto(this.#floats(out).fill(0), this.#floats(rows), this.#ints(labels), width);
    return out;
  }

  override sumOfSquares(a: Tensor): Tensor {
    const out = this.#output([]);
    this.#floats(out)[0] = sumOfSquares(this.#floats(a));
    return out;
  }

  override softmaxCrossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor } {
    const gradient = this.run('Softmax', { logits: infoOf(logits) }, { dim: 1 }); // [N, V]
    const loss = this.#output([logits.shape[0] ?? 0]); // [N]
    finishCrossEntropy(this.#floats(loss), this.#floats(gradient), this.#floats(logits), this.#ints(labels));
    return { loss, gradient };
  }

  /** The moments are changed in place. The weights are not: XNNPACK keeps packed copies of a product's second factor. */
  override adam({ weights, mean, variance }: AdamState, gradient: Tensor, step: AdamStep): AdamState {
    const next = this.handles.detach(this.#output(weights.shape));
    const [to, w, m, v, g] = [next, weights, mean, variance, gradient].map((tensor) => this.#floats(tensor));
    if (to === undefined || w === undefined || m === undefined || v === undefined || g === undefined) {
      throw new FolioError('internal', 'five tensors have five arrays');
    }
    adamInto(to, w, m, v, g, step);
    this.handles.free(asHandle(weights));
    return {
      weights: next,
      mean: this.handles.detach(asHandle(mean)),
      variance: this.handles.detach(asHandle(variance)),
    };
  }

  /** Copies consecutive pieces of a into tensors of these shapes. */
  #cut(a: Tensor, shapes: readonly (readonly number[])[]): Tensor[] {
    const pieces = shapes.map((shape) => this.#output(shape, infoOf(a).dtype));
    const source = this.#values(a);
    let start = 0;
    for (const piece of pieces) {
      const end = start + sizeOf(piece.shape);
      this.#values(piece).set(source.subarray(start, end));
      start = end;
    }
    if (start !== source.length) {
      throw new FolioError('internal', `a tensor of shape [${a.shape.join(', ')}] was cut into ${start} elements`);
    }
    return pieces;
  }

  /** A new tensor whose contents are not set yet. */
  #output(shape: readonly number[], dtype: DataType = 'float32'): Handle {
    return this.handles.adopt(this.#wasm.makeOutput([...shape], dtype));
  }

  #floats(tensor: Tensor): Float32Array {
    const values = this.#values(tensor);
    if (!(values instanceof Float32Array)) throw new FolioError('internal', 'a float32 tensor was expected');
    return values;
  }

  #ints(tensor: Tensor): Int32Array {
    const values = this.#values(tensor);
    if (!(values instanceof Int32Array)) throw new FolioError('internal', 'an int32 tensor was expected');
    return values;
  }

  #values(tensor: Tensor): Float32Array | Int32Array {
    const info: TensorInfo = infoOf(tensor);
    const values = this.#wasm.typedArrayFromHeap(info);
    if (values instanceof Float32Array || values instanceof Int32Array) return values;
    throw new FolioError('internal', `tensors of type ${info.dtype} are not used here`);
  }
}
