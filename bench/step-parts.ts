/** The parts of a training step of one recurrent layer: which operation belongs to which, and what their products compute. */
import type { TensorOps } from '../src/main/engine/tensor-ops.ts';

export const PARTS = [
  'table of the projected characters',
  'recurrent layer forward',
  'output layer forward',
  'loss',
  "output layer's gradients",
  'recurrent layer backward',
  'gradient of the recurrent kernel',
  'sums of gates by character and row',
  'gradients through the table',
  "gradients of each character's embedding",
  'Adam',
] as const;
export type Part = (typeof PARTS)[number];

/** The sizes of a step; they must all differ, or shapes do not tell the parts. */
export interface StepSizes {
  readonly units: number;
  /** Gates times units. */
  readonly wide: number;
  readonly embeddingSize: number;
  readonly vocabulary: number;
  /** Of a batch. */
  readonly characters: number;
}

/** Floating-point operations of a part's matrix products, a multiplication and an addition being two; 0 where it has none. */
export function productsOf(part: Part, sizes: StepSizes): number {
  const { units, wide, embeddingSize, vocabulary, characters } = sizes;
  switch (part) {
    case 'recurrent layer forward':
    case 'recurrent layer backward':
    case 'gradient of the recurrent kernel':
      return 2 * wide * units * characters;
    case 'table of the projected characters':
      return 2 * vocabulary * embeddingSize * wide;
    case 'gradients through the table':
      return 4 * vocabulary * embeddingSize * wide;
    case 'output layer forward':
      return 2 * characters * units * vocabulary;
    case "output layer's gradients":
      return 4 * characters * units * vocabulary;
    case "gradients of each character's embedding":
      return 2 * characters * wide * embeddingSize;
    case 'loss':
    case 'sums of gates by character and row':
    case 'Adam':
      return 0;
  }
}

/** The part that an operation belongs to, by its name and the shape of its (first) result; null for what belongs to none. */
export function partOf(operation: string, shape: readonly number[], sizes: StepSizes): Part | null {
  const { units, wide, embeddingSize, vocabulary, characters } = sizes;
  const is = (...wanted: number[]): boolean => wanted.length === shape.length && wanted.every((n, i) => n === shape[i]);
  switch (operation) {
    case 'sequence':
      return 'recurrent layer forward';
    case 'sequenceBackward':
      return 'recurrent layer backward';
    case 'gateSums':
      return 'sums of gates by character and row';
    case 'softmaxCrossEntropy':
    case 'read':
      return 'loss';
    case 'adam':
      return 'Adam';
  }
  if (is(characters, vocabulary)) return operation === 'scale' ? 'loss' : 'output layer forward';
  if (is(wide, units)) return 'gradient of the recurrent kernel';
  if (is(units, vocabulary) || is(units, characters) || is(vocabulary)) return "output layer's gradients";
  if (is(wide, vocabulary)) return 'table of the projected characters';
  const matmul = operation === 'matmul';
  if (matmul && (is(embeddingSize, wide) || is(vocabulary, embeddingSize))) return 'gradients through the table';
  // Its occurrences, and the parts of the kernel and of the gates' gradients that they are computed from.
  const [rows = 0, columns = 0] = shape;
  const isSummed = operation === 'squareSums' || operation === 'segmentSum'; // whichever the engine has
  const isOfEach = is(embeddingSize, characters) || is(characters, embeddingSize) || isSummed;
  const isCut = operation === 'split' && rows <= wide && (columns === embeddingSize || columns === characters);
  if (isOfEach || isCut || is(wide, embeddingSize)) return "gradients of each character's embedding";
  // The embedding's moments, whose second follows other squares, are computed one operation after the other.
  return is(vocabulary, embeddingSize) ? 'Adam' : null;
}

/** Told of every operation, its result's shape and what it took, in milliseconds. */
export type Told = (operation: string, shape: readonly number[], took: number) => void;

/** Bodies of other operations, and what only frees. */
const NOT_TIMED: ReadonlySet<string> = new Set(['arena', 'keep', 'release', 'close', 'tensorCount']);

/**
 * The same operations, each timed; those that an operation itself calls are within it. Only for engines that have computed when they
 * return.
 */
export function tracedOps(ops: TensorOps, told: Told): TensorOps {
  return traced(ops, told) as TensorOps;
}

/** Methods are called on the object itself, whose private fields a proxy does not have. */
function traced(target: object, told: Told): object {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name, object);
      if (typeof value === 'object' && value !== null) return traced(value, told);
      if (typeof value !== 'function') return value;
      const method = value as (...args: unknown[]) => unknown;
      if (typeof name === 'symbol' || NOT_TIMED.has(name)) return method.bind(object);
      return (...args: unknown[]): unknown => {
        const start = performance.now();
        const result = method.apply(object, args);
        told(name, shapeOf(result), performance.now() - start);
        return result;
      };
    },
  });
}

/** Of a tensor, or of the first of several; empty for what has none. */
function shapeOf(result: unknown): readonly number[] {
  const first: unknown = Array.isArray(result) ? result[0] : result;
  if (typeof first !== 'object' || first === null || !('shape' in first)) return [];
  return first.shape as readonly number[]; // a Tensor's
}
