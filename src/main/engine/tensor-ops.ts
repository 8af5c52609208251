/**
 * The operations that the model needs, and nothing else. The model is written once against this interface;
 * engine/tensorflow and engine/tfjs implement it.
 *
 * Handles are opaque. Every handle that an operation returns belongs to the innermost open arena and is freed when that
 * arena ends, unless it was moved out with `keep`. Outside of any arena the caller owns it and must `release` it.
 */

/** A handle. Its values live in the engine; only the shape is known here. */
export interface Tensor {
  readonly shape: readonly number[];
}

/** Which way round a matrix product takes its factors. */
export interface MatmulOptions {
  /** Use the transpose of the first (second) factor. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Round float32 factors to the low-precision type first; the result is float32. Throws where hasLowPrecision is false. */
  readonly low?: boolean;
}

/** The weights of one parameter with Adam's two moments. All three have the parameter's shape. */
export interface AdamState {
  readonly weights: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** The numbers of one step of Adam. */
export interface AdamStep {
  /** learningRate * sqrt(1 - beta2^t) / (1 - beta1^t), t counted from 1 (Keras's formulation). */
  readonly alpha: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled decay (AdamW): the share of the weights subtracted before the step; 0 for Adam. */
  readonly decay: number;
}

/**
 * The elementwise part of a recurrent step in one operation, where an engine has it. The equations are those of model/gru.ts
 * and model/lstm.ts, whose plain versions are the test of these. All tensors are float32.
 */
export interface FusedCells {
  /**
   * @param product U h [3H, B]; @param x projected input [3H, B]; @param bias of the candidate's recurrent part [H, 1]
   * @returns the next h [H, B], and z, r, u (the candidate's recurrent part) and the candidate in tensors of the engine's choice
   */
  gruForward(
    product: Tensor,
    x: Tensor,
    h: Tensor,
    bias: Tensor,
  ): { readonly next: Tensor; readonly saved: readonly Tensor[] };
  /**
   * @param output gradient of the step's output, and what the later step passed back: `direct` and `through` its product [H, B]
   * @param saved of gruForward; @param h that the step started from
   * @returns gradients at the recurrent product [3H, B] and at the candidate's input [H, B]; what passes back directly [H, B]
   */
  gruBackward(
    gradients: { readonly output: Tensor; readonly direct: Tensor; readonly through: Tensor },
    saved: readonly Tensor[],
    h: Tensor,
  ): { readonly recurrent: Tensor; readonly candidate: Tensor; readonly direct: Tensor };
  /** @param product U h [4H, B]; @param x projected input [4H, B]; @returns h and c [H, B], and i, f, g, o and tanh(c) as above */
  lstmForward(
    product: Tensor,
    x: Tensor,
    c: Tensor,
  ): { readonly h: Tensor; readonly c: Tensor; readonly saved: readonly Tensor[] };
  /** @param saved of lstmForward; @returns gradient at the recurrent product [4H, B]; what passes back through the cell [H, B] */
  lstmBackward(
    gradients: { readonly output: Tensor; readonly through: Tensor; readonly later: Tensor },
    saved: readonly Tensor[],
    c: Tensor,
  ): { readonly recurrent: Tensor; readonly cell: Tensor };
  /** Whole layers in one operation each; null where the engine has cells only. */
  readonly sequences: FusedSequences | null;
}

/** Whole recurrent layers in one operation each: over a batch's sequence, and one character of a few streams at a time. */
export interface FusedSequences {
  /** Of the processor, as the engine counts them: what is computed natively. */
  readonly level: number;
  /** Whether `sequence` has low precision on this processor. */
  readonly hasLow: boolean;
  /** How many streams `streamStep` takes at most. */
  readonly maxStreams: number;
  /**
   * A whole layer over T steps. Matrices over all steps have their columns in time order.
   * @param kernel recurrent kernel, transposed [GH, H]
   * @param state h [H, B], and c [H, B] for an LSTM
   * @param input projected input [GH, TB] with its bias; or a table [GH, V] of it and the characters' ids, int32 [TB]
   * @param bias of a GRU candidate's recurrent part [H, 1]; null for an LSTM
   * @param low whether the factors of recurrent products are rounded to low precision; only where `hasLow`
   * @returns outputs and the h before each step [H, TB], the state after the last, and what the backward pass needs
   */
  sequence(
    cell: 'gru' | 'lstm',
    kernel: Tensor,
    state: readonly Tensor[],
    input: { readonly values: Tensor; readonly ids: Tensor | null },
    bias: Tensor | null,
    low?: boolean,
  ): { readonly outputs: Tensor; readonly hidden: Tensor; readonly saved: Tensor; readonly state: readonly Tensor[] };
  /**
   * @param gradients with respect to the outputs, [H, TB]
   * @returns gradients at the recurrent products [GH, TB] and, for a GRU, at the candidate's input [H, TB]
   */
  sequenceBackward(
    cell: 'gru' | 'lstm',
    kernel: Tensor,
    gradients: Tensor,
    forward: { readonly hidden: Tensor; readonly saved: Tensor },
    low?: boolean,
  ): { readonly recurrent: Tensor; readonly candidate: Tensor | null };
  /**
   * Sums over all steps of the gradients at the gates: of the projected input (whose last gate is a GRU's `candidate`) by
   * character, and of the projected input and the recurrent products by row. Null where separate operations do.
   * @param gates recurrent [GH, TB], candidate [H, TB] or null; @param ids int32 [TB], below `like`'s size; @param like [V]
   * @returns [GH, V], [GH] and [GH]
   */
  readonly gateSums:
    | ((
        gates: { readonly recurrent: Tensor; readonly candidate: Tensor | null },
        ids: Tensor,
        like: Tensor,
      ) => { readonly table: Tensor; readonly input: Tensor; readonly recurrent: Tensor })
    | null;
  /**
   * Squares summed by character: of the sum of one or two matrices [E, TB]. Null where separate operations do.
   * @param ids int32 [TB], below `like`'s size; @param like [V]
   * @returns [V, E]
   */
  readonly squareSums: ((parts: readonly [Tensor, Tensor?], ids: Tensor, like: Tensor) => Tensor) | null;
  /** A layer's kernel, transposed [GH, H], as `streamStep` and `streamInput` read it: float16 where the processor converts it. */
  streamPack(kernel: Tensor): Tensor;
  /**
   * Projected input of a layer above the first, for `streamStep`: what comes of a stream does not depend on the others, either. Null
   * where a matrix product does.
   * @param packed of streamPack, the layer's input kernel; @param below h of the layer below [S, H]; @param bias [GH]
   * @returns [S, GH]
   */
  readonly streamInput: ((packed: Tensor, below: Tensor, bias: Tensor) => Tensor) | null;
  /**
   * One character of each stream through a layer, and through the output layer after it. Rows, one a stream; what comes of a stream
   * does not depend on the others.
   * @param packed of streamPack; @param x projected input with its bias [S, GH]; @param state h [S, H], and c [S, H] for an LSTM
   * @param bias of a GRU candidate's recurrent part [H, 1]; null for an LSTM
   * @param dense output kernel, transposed [V, H], and bias [V, 1]; with no rows where another layer follows
   * @returns the next state, and logits [S, V]
   */
  streamStep(
    cell: 'gru' | 'lstm',
    packed: Tensor,
    x: Tensor,
    state: readonly Tensor[],
    bias: Tensor | null,
    dense: { readonly kernelT: Tensor; readonly bias: Tensor },
  ): { readonly state: readonly Tensor[]; readonly logits: Tensor };
}

/**
 * Whole recurrent layers, the product with their input included, as cuDNN computes them: the gradients at the gates stay inside. B is the
 * batch, T the steps, H the units, I the inputs, G the gates.
 */
export interface FusedLayers {
  /**
   * @param weights of the layer; @param inputs [T, B, I]; @param state h [H, B], and c [H, B] for an LSTM
   * @param training whether `layerBackward` follows
   * @returns outputs [T, B, H], the state after the last step, and what the backward pass needs
   */
  layer(
    cell: 'gru' | 'lstm',
    weights: LayerWeights,
    inputs: Tensor,
    state: readonly Tensor[],
    training: boolean,
  ): { readonly outputs: Tensor; readonly state: readonly Tensor[]; readonly saved: readonly Tensor[] };
  /**
   * @param saved of `layer` in training; @param gradients with respect to the outputs [T, B, H]
   * @returns gradients with respect to the inputs [T, B, I] and, in their shapes, to the weights
   */
  layerBackward(
    cell: 'gru' | 'lstm',
    saved: readonly Tensor[],
    gradients: Tensor,
  ): { readonly inputs: Tensor; readonly weights: LayerWeights };
  /** Gives them up: from now on the engine's `layers` is null, and its `device` tells the reason. */
  refuse(reason: string): void;
}

/** The weights of a recurrent layer: gates in Keras's order, kernels transposed. */
export interface LayerWeights {
  /** [GH, I] */
  readonly kernel: Tensor;
  /** [GH, H] */
  readonly recurrentKernel: Tensor;
  /** Keras's: [2, 3H] for a GRU, [4H] for an LSTM. */
  readonly bias: Tensor;
}

/** The operations of one engine. Unless it is said otherwise, tensors are float32 and results are new ones. */
export interface TensorOps {
  /** In words, for people: "TensorFlow 2.21.0, CPU, 2 threads". */
  readonly device: string;
  /** Whether `toLow` gives a type whose matrix products are computed natively. */
  readonly hasLowPrecision: boolean;
  /** Whole cells in one operation each; null where the engine has none. */
  readonly fused: FusedCells | null;
  /** Whole layers with their input; null or left out where the engine has none, or gave them up. */
  readonly layers?: FusedLayers | null;

  // Life and death -------------------------------------------------------------------------------------------------

  /** Runs a synchronous body and frees every handle created in it except those given to `keep`. Nests. */
  arena<T>(body: () => T): T;
  /**
   * Moves a handle of the innermost arena to the arena around it (or to the caller, when there is none) and returns it.
   * A handle that is not the innermost arena's stays where it is.
   */
  keep<T extends Tensor>(tensor: T): T;
  /** Frees handles now. Safe inside an arena, for the large temporaries of a loop. */
  release(...tensors: readonly Tensor[]): void;
  /** Living handles as the native side counts them: the leak probe. */
  tensorCount(): number;
  /** Frees what the engine itself holds. No operation may follow. */
  close(): void;

  // In and out -----------------------------------------------------------------------------------------------------

  /** The engine may go on using the array: it must not be changed afterwards. The same holds for fromInts. */
  fromFloats(values: Float32Array, shape: readonly number[]): Tensor;
  fromInts(values: Int32Array, shape: readonly number[]): Tensor;
  zeros(shape: readonly number[]): Tensor;
  /** Copies a float32 (or bfloat16, widened) tensor out, row-major. */
  read(tensor: Tensor): Promise<Float32Array>;

  // Arithmetic (NumPy broadcasting in add, sub, mul, div) ----------------------------------------------------------

  add(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  div(a: Tensor, b: Tensor): Tensor;
  sqrt(a: Tensor): Tensor;
  /** a times a number. */
  scale(a: Tensor, factor: number): Tensor;
  /** a times a scalar; no copy is made where the engine sees that it is 1. */
  scaleBy(a: Tensor, factor: Tensor): Tensor;
  /** Each element, or `least` where it is smaller. What comes of NaN is the engine's. */
  atLeast(a: Tensor, least: number): Tensor;
  /** The sum of tensors of one shape. */
  addN(tensors: readonly Tensor[]): Tensor;
  /** [m, k] x [k, n] -> [m, n]; both float32 or both low precision (the result has their type). */
  matmul(a: Tensor, b: Tensor, options?: MatmulOptions): Tensor;
  sigmoid(a: Tensor): Tensor;
  tanh(a: Tensor): Tensor;
  /** dy * y * (1 - y), where y is the sigmoid's output. */
  sigmoidGrad(y: Tensor, dy: Tensor): Tensor;
  /** dy * (1 - y^2), where y is tanh's output. */
  tanhGrad(y: Tensor, dy: Tensor): Tensor;
  /** float32 -> the low-precision type (bfloat16), rounded to nearest even. Throws where hasLowPrecision is false. */
  toLow(a: Tensor): Tensor;
  /** low precision -> float32. */
  toFloat(a: Tensor): Tensor;

  // Shape ----------------------------------------------------------------------------------------------------------

  reshape(a: Tensor, shape: readonly number[]): Tensor;
  transpose(a: Tensor, permutation: readonly number[]): Tensor;
  /** Cuts axis 0 into pieces of these sizes. Views where the engine can. */
  split(a: Tensor, sizes: readonly number[]): Tensor[];
  /** [N, ...] -> N tensors of shape [...]. Views where the engine can. */
  unstack(a: Tensor): Tensor[];
  /** N tensors of shape [...] -> [N, ...]. */
  stack(tensors: readonly Tensor[]): Tensor;
  concat(tensors: readonly Tensor[], axis: 0 | 1): Tensor;

  // Lookups and reductions -----------------------------------------------------------------------------------------

  /** Rows of a table: [V, D] and int32 [N] -> [N, D]. */
  gather(table: Tensor, ids: Tensor): Tensor;
  /** int32 [N] -> float32 [N, depth]. */
  oneHot(ids: Tensor, depth: number): Tensor;
  /** Sum over one axis, which disappears. */
  sum(a: Tensor, axis: number): Tensor;
  /** Sums rows [N, D] by their int32 label [N] in 0 .. count-1 -> [count, D]; a label that does not occur gives zeros. */
  segmentSum(rows: Tensor, labels: Tensor, count: number): Tensor;
  /** The sum of the squares of all elements, as a scalar. */
  sumOfSquares(a: Tensor): Tensor;
  /**
   * Cross-entropy of softmax(logits [N, V]) against labels int32 [N] (tf.nn.sparse_softmax_cross_entropy_with_logits):
   * loss [N] in nats, and its gradient with respect to the logits, softmax - onehot [N, V] (not divided by N).
   */
  softmaxCrossEntropy(logits: Tensor, labels: Tensor): { readonly loss: Tensor; readonly gradient: Tensor };

  // Training -------------------------------------------------------------------------------------------------------

  /**
   * Inverted dropout: each element is 0 with probability `rate`, else 1 / (1 - rate). The same two seeds (unsigned 32 bit)
   * give the same mask on the same engine.
   */
  dropoutMask(shape: readonly number[], rate: number, seed: readonly [number, number]): Tensor;
  /**
   * One step of Adam (Kingma & Ba 2015, in Keras's order of operations):
   *   m += (g - m)(1 - beta1);  v += (g^2 - v)(1 - beta2);  w = w(1 - decay) - alpha m / (sqrt(v) + epsilon)
   * Consumes the old state (its handles are freed or reused) and returns the new one, already kept by the caller.
   */
  adam(state: AdamState, gradient: Tensor, step: AdamStep): AdamState;
}
