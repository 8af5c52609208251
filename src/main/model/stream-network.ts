/**
 * The network read one character at a time, for one or a few streams side by side. What does not change between characters is
 * computed once: the first layer's projected input as a table of every character, and the kernels the way round that is fastest.
 */
import type { FusedSequences, Tensor, TensorOps } from '../engine/tensor-ops.ts';
import type { Network, NetworkState } from './network.ts';
import { type Products, productsOf } from './precision.ts';
import { type BoundCell, hiddenOf } from './recurrent.ts';
import { bindLayer } from './stepwise-pass.ts';
import { elementAt } from './tuples.ts';
import { recurrentLayerName } from './weights.ts';

interface Bound {
  readonly cells: readonly BoundCell[];
  /** Kernels of the layers above the first, prepared [GH, H], or packed where the fused operations multiply with them. */
  readonly kernels: readonly Tensor[];
  /** The first layer's projected input, bias included: [V, GH]. */
  readonly table: Tensor;
  /** Its rows one by one, [1, GH] each, for a single stream on fused operations; else none. */
  readonly rows: readonly Tensor[];
  readonly dense: DenseRows;
  readonly fused: FusedKernels | null;
}

/** The output layer: kernel transposed [V, H] and bias [V, 1]. */
interface DenseRows {
  readonly kernelT: Tensor;
  readonly bias: Tensor;
}

/** What the fused step reads. Its states are rows, [streams, H], where those of separate operations are columns. */
interface FusedKernels {
  readonly cells: FusedSequences;
  /** Input biases of the layers above the first, as rows [GH]. */
  readonly biases: readonly Tensor[];
  /** Recurrent kernel of every layer. */
  readonly packed: readonly Tensor[];
  /** An output layer without rows, for all layers but the last. */
  readonly none: DenseRows;
}

/** A network with the state of its streams. */
export class StreamNetwork {
  readonly streams: number;
  readonly #ops: TensorOps;
  readonly #network: Network;
  readonly #products: Products;
  readonly #bound: Bound;
  /** What this object made and must free. */
  readonly #owned: readonly Tensor[];
  #state: NetworkState;

  /** The network's weights must not change while this is in use. */
  constructor(ops: TensorOps, network: Network, streams: number) {
    this.#ops = ops;
    this.#network = network;
    this.streams = streams;
    this.#products = rowProducts(ops);
    const zeros = network.zeroState(streams);
    this.#bound = ops.arena(() => {
      const bound = bind(ops, network, this.#products, streams);
      for (const tensor of tensorsOf(bound)) ops.keep(tensor);
      return bound;
    });
    this.#state = this.#bound.fused === null ? zeros : asRows(ops, zeros, streams);
    const weights = new Set(network.parameters.values());
    this.#owned = [...new Set(tensorsOf(this.#bound))].filter((tensor) => !weights.has(tensor));
  }

  /** Reads one character of each stream. @returns the logits of the next, row after row: [streams, V] */
  async step(ids: Int32Array): Promise<Float32Array> {
    const ops = this.#ops;
    const before = this.#state;
    const logits = ops.arena(() => {
      const { fused } = this.#bound;
      const after = fused === null ? this.#plain(ids, before) : this.#fused(fused, ids, before);
      this.#state = after.state;
      for (const tensor of after.state.flat()) ops.keep(tensor);
      return ops.keep(after.logits);
    });
    this.#network.releaseState(before);
    const values = await ops.read(logits);
    ops.release(logits);
    return values;
  }

  /** The step in separate operations. @returns logits [B, V] */
  #plain(ids: Int32Array, before: NetworkState): { state: NetworkState; logits: Tensor } {
    const ops = this.#ops;
    const state: (readonly Tensor[])[] = [];
    for (const [layer, cell] of this.#bound.cells.entries()) {
      const input = this.#input(layer, cell, ids, state);
      const start = before[layer] ?? [];
      state.push(cell.forward(input, start, this.#products.prepare(hiddenOf(start))).state);
    }
    const { kernelT, bias } = this.#bound.dense;
    const top = hiddenOf(state.at(-1) ?? []); // [H, B]
    const logits = ops.add(ops.matmul(kernelT, top), bias); // [V, B]
    return { state, logits: ops.transpose(logits, [1, 0]) };
  }

  /** The step in fused operations, one a layer. @returns logits [B, V] */
  #fused(fused: FusedKernels, ids: Int32Array, before: NetworkState): { state: NetworkState; logits: Tensor } {
    const { cells, dense } = this.#bound;
    const state: (readonly Tensor[])[] = [];
    let logits: Tensor | null = null;
    for (const [layer, cell] of cells.entries()) {
      const packed = elementAt(fused.packed, layer);
      const input = layer === 0 ? this.#rows(ids) : this.#above(fused, layer, state);
      const output = layer === cells.length - 1 ? dense : fused.none;
      const start = before[layer] ?? [];
      const step = fused.cells.streamStep(this.#network.cell, packed, input, start, cell.candidateBias, output);
      state.push(step.state);
      logits = step.logits;
    }
    if (logits === null) throw new Error('a network without layers');
    return { state, logits };
  }

  /** Frees everything but the network. */
  close(): void {
    this.#network.releaseState(this.#state);
    this.#ops.release(...this.#owned);
  }

  /** Projected input of a layer, [GH, B]. @param state of the layers below, after this character */
  #input(layer: number, cell: BoundCell, ids: Int32Array, state: NetworkState): Tensor {
    if (layer === 0) return this.#characters(ids);
    const kernel = elementAt(this.#bound.kernels, layer - 1); // [GH, H]
    const below = hiddenOf(state[layer - 1] ?? []); // [H, B]
    return this.#ops.add(this.#products.multiply(kernel, this.#products.prepare(below)), cell.inputBias);
  }

  /** Projected input of a layer above the first as rows, [B, GH]. @param state of the layers below, after this character */
  #above({ cells, biases }: FusedKernels, layer: number, state: NetworkState): Tensor {
    const kernel = elementAt(this.#bound.kernels, layer - 1); // [H, GH], or packed
    const bias = elementAt(biases, layer - 1);
    const below = hiddenOf(state[layer - 1] ?? []); // [B, H]
    if (cells.streamInput !== null) return cells.streamInput(kernel, below, bias);
    return this.#ops.add(this.#ops.matmul(below, kernel), bias);
  }

  /** Projected input of the first layer, [GH, B]. */
  #characters(ids: Int32Array): Tensor {
    return this.#ops.transpose(this.#rows(ids), [1, 0]);
  }

  /** The same as rows, [B, GH]. */
  #rows(ids: Int32Array): Tensor {
    const [id = 0] = ids;
    const { rows, table } = this.#bound;
    return rows[id] ?? this.#ops.gather(table, this.#ops.fromInts(ids.slice(), [ids.length]));
  }
}

/** A state of zeros [H, B], as rows [B, H]. */
function asRows(ops: TensorOps, zeros: NetworkState, streams: number): NetworkState {
  const rows = zeros.map((layer) => layer.map(({ shape: [units = 0] }) => ops.zeros([streams, units])));
  ops.release(...zeros.flat());
  return rows;
}

/**
 * A few columns are multiplied faster as rows: (h^T U)^T and not U^T h. So a prepared operand is the transpose.
 * For products without options only.
 */
function rowProducts(ops: TensorOps): Products {
  const turn = (a: Tensor) => {
    const [rows = 0, columns = 0] = a.shape;
    // A single row or column lies in memory as its transpose does.
    return rows === 1 || columns === 1 ? ops.reshape(a, [columns, rows]) : ops.transpose(a, [1, 0]);
  };
  return {
    prepare: turn,
    multiply: (a, b) => turn(ops.matmul(b, a)),
    rowSums: (a) => ops.sum(a, 0),
  };
}

function bind(ops: TensorOps, network: Network, products: Products, streams: number): Bound {
  const { cell, layers, vocabularySize } = network.shape;
  const all = Array.from({ length: layers }, (_, layer) => layer);
  const sequences = ops.fused?.sequences ?? null;
  const fused = sequences !== null && streams <= sequences.maxStreams ? sequences : null;
  // The fused step has packed kernels of its own, so the cells need not turn theirs.
  const cellProducts = fused === null ? products : productsOf(ops, 'float32');
  const cells = all.map((layer) => bindLayer(ops, cellProducts, network, layer, false));
  const multiplies = fused !== null && fused.streamInput !== null;
  const kernel = (layer: number, name: string) => network.parameter(`${recurrentLayerName(cell, layer)}/${name}`);
  const embedded = ops.matmul(network.parameter('embedding/embeddings'), kernel(0, 'kernel')); // [V, GH]
  const { inputBias } = elementAt(cells, 0); // [GH, 1]
  const [width = 0] = inputBias.shape; // GH
  const table = ops.add(embedded, ops.reshape(inputBias, [width])); // [V, GH]
  return {
    cells,
    kernels: all.slice(1).map((layer) => {
      const above = kernel(layer, 'kernel');
      return multiplies ? fused.streamPack(above) : products.prepare(above);
    }),
    table,
    rows: fused !== null && streams === 1 ? ops.unstack(ops.reshape(table, [vocabularySize, 1, width])) : [],
    dense: {
      kernelT: ops.transpose(network.parameter('dense/kernel'), [1, 0]),
      bias: ops.reshape(network.parameter('dense/bias'), [vocabularySize, 1]),
    },
    fused:
      fused === null
        ? null
        : packKernels(
            ops,
            fused,
            network,
            all.map((layer) => kernel(layer, 'recurrent_kernel')),
            cells.slice(1).map((above) => ops.reshape(above.inputBias, [width])),
          ),
  };
}

function packKernels(
  ops: TensorOps,
  cells: FusedSequences,
  network: Network,
  kernels: readonly Tensor[],
  biases: readonly Tensor[],
): FusedKernels {
  const none = { kernelT: ops.zeros([0, network.units]), bias: ops.zeros([0, 1]) };
  return { cells, biases, packed: kernels.map((kernel) => cells.streamPack(kernel)), none };
}

function tensorsOf({ cells, kernels, rows, table, dense, fused }: Bound): Tensor[] {
  const packed = fused === null ? [] : [...fused.packed, ...fused.biases, fused.none.kernelT, fused.none.bias];
  const held = fused === null ? cells.flatMap((cell) => cell.held) : cells.flatMap(heldByFused);
  return [...held, ...kernels, ...rows, table, dense.kernelT, dense.bias, ...packed];
}

function heldByFused({ inputBias, candidateBias }: BoundCell): Tensor[] {
  return candidateBias === null ? [inputBias] : [inputBias, candidateBias];
}
