/**
 * The network read one character at a time, for one or a few streams side by side. What does not change between characters is
 * computed once: the first layer's projected input as a table of every character, and the kernels the way round that is fastest.
 */
import type { Tensor, TensorOps } from '../engine/tensor-ops.ts';
import type { Network, NetworkState } from './network.ts';
import { type Products, productsOf } from './precision.ts';
import { type BoundCell, hiddenOf } from './recurrent.ts';
import { bindLayer } from './stepwise-pass.ts';
import { recurrentLayerName } from './weights.ts';

interface Bound {
  readonly cells: readonly BoundCell[];
  /** Kernels of the layers above the first, prepared [GH, H]. */
  readonly kernels: readonly Tensor[];
  /** The first layer's projected input, bias included: with one stream a column [GH, 1] for each character, else [V, GH]. */
  readonly columns: readonly Tensor[];
  readonly table: Tensor;
  readonly denseKernelT: Tensor; // [V, H]
  readonly denseBias: Tensor; // [V, 1]
}

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
    this.#products = streams === 1 ? productsOf(ops, 'float32') : rowProducts(ops);
    this.#state = network.zeroState(streams);
    this.#bound = ops.arena(() => {
      const bound = bind(ops, network, this.#products, streams);
      for (const tensor of tensorsOf(bound)) ops.keep(tensor);
      return bound;
    });
    const weights = new Set(network.parameters.values());
    this.#owned = [...new Set(tensorsOf(this.#bound))].filter((tensor) => !weights.has(tensor));
  }

  /** Reads one character of each stream. @returns the logits of the next, row after row: [streams, V] */
  async step(ids: Int32Array): Promise<Float32Array> {
    const ops = this.#ops;
    const before = this.#state;
    const logits = ops.arena(() => {
      const state: (readonly Tensor[])[] = [];
      for (const [layer, cell] of this.#bound.cells.entries()) {
        const input = layer === 0 ? this.#characters(ids) : this.#above(layer, cell, hiddenOf(state[layer - 1] ?? []));
        const start = before[layer] ?? [];
        const next = cell.forward(input, start, this.#products.prepare(hiddenOf(start)));
        state.push(next.state.map((tensor) => ops.keep(tensor)));
      }
      this.#state = state;
      const top = hiddenOf(state.at(-1) ?? []); // [H, B]
      const columns = ops.add(ops.matmul(this.#bound.denseKernelT, top), this.#bound.denseBias); // [V, B]
      return ops.keep(this.streams === 1 ? columns : ops.transpose(columns, [1, 0]));
    });
    this.#network.releaseState(before);
    const values = await ops.read(logits);
    ops.release(logits);
    return values;
  }

  /** Frees everything but the network. */
  close(): void {
    this.#network.releaseState(this.#state);
    this.#ops.release(...this.#owned);
  }

  /** Projected input of the first layer, [GH, B]. */
  #characters(ids: Int32Array): Tensor {
    const [id = 0] = ids;
    const column = this.#bound.columns[id];
    if (column !== undefined) return column;
    const rows = this.#ops.gather(this.#bound.table, this.#ops.fromInts(ids.slice(), [ids.length])); // [B, GH]
    return this.#ops.transpose(rows, [1, 0]);
  }

  /** Projected input of a layer above the first, [GH, B]. */
  #above(layer: number, cell: BoundCell, below: Tensor): Tensor {
    const kernel = this.#bound.kernels[layer - 1];
    if (kernel === undefined) throw new Error(`layer ${layer} has no kernel`);
    return this.#ops.add(this.#products.multiply(kernel, this.#products.prepare(below)), cell.inputBias);
  }
}

/**
 * A few columns are multiplied faster as rows: (h^T U)^T and not U^T h. So a prepared operand is the transpose.
 * For products without options only.
 */
function rowProducts(ops: TensorOps): Products {
  return {
    prepare: (a) => ops.transpose(a, [1, 0]),
    multiply: (a, b) => ops.transpose(ops.matmul(b, a), [1, 0]),
    rowSums: (a) => ops.sum(a, 0),
  };
}

function bind(ops: TensorOps, network: Network, products: Products, streams: number): Bound {
  const { cell, layers, vocabularySize } = network.shape;
  const cells = Array.from({ length: layers }, (_, layer) => bindLayer(ops, products, network, layer, false));
  const kernels = Array.from({ length: layers - 1 }, (_, below) =>
    products.prepare(network.parameter(`${recurrentLayerName(cell, below + 1)}/kernel`)),
  );
  const embedded = ops.matmul(network.parameter('embedding/embeddings'), network.parameter(`${cell}/kernel`)); // [V, GH]
  const bias = cells[0]?.inputBias;
  if (bias === undefined) throw new Error('a network without layers');
  const [width = 0] = bias.shape; // GH
  const table = ops.add(embedded, ops.reshape(bias, [width])); // [V, GH]
  return {
    cells,
    kernels,
    columns: streams === 1 ? ops.unstack(ops.reshape(table, [vocabularySize, width, 1])) : [],
    table,
    denseKernelT: ops.transpose(network.parameter('dense/kernel'), [1, 0]),
    denseBias: ops.reshape(network.parameter('dense/bias'), [vocabularySize, 1]),
  };
}

function tensorsOf(bound: Bound): Tensor[] {
  const held = bound.cells.flatMap((cell) => cell.held);
  return [...held, ...bound.kernels, ...bound.columns, bound.table, bound.denseKernelT, bound.denseBias];
}
