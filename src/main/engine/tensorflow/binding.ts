/** The native addon of tfjs-node, typed as it is (its sources: @tensorflow/tfjs-node-gpu/binding), and how to load it. */
import { FolioError } from '../../../shared/errors.ts';
import { chooseBuild, install } from './locate.ts';
import type { Environment } from './paths.ts';

/** An attribute of an operation: `type` is one of the TF_ATTR_ numbers, and decides how `value` is read. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: string | number | boolean | readonly number[] | readonly boolean[];
}

/** An output of an operation, known by its id until deleteTensor. `dtype` is a number of TensorFlow's DataType. */
export interface TensorInfo {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/**
 * Every function throws an Error with TensorFlow's own words when TensorFlow refuses. Operations run at once, on the GPU
 * when there is one. The properties are not enumerable.
 */
export interface TensorFlowBinding {
  /**
   * Makes a tensor from a typed array of as many elements as the shape has: Float32Array for TF_FLOAT, Int32Array for
   * TF_INT32, Uint8Array for TF_BOOL and TF_UINT8. On a CPU the tensor uses the array's memory, so the array must not
   * change afterwards. TF_STRING takes an array of Uint8Array. Returns the tensor's id.
   */
  createTensor(
    shape: readonly number[],
    dtype: number,
    values: Float32Array | Int32Array | Uint8Array | readonly Uint8Array[],
  ): number;
  /** Frees a tensor. Throws for an id that is not (or no longer) in use. */
  deleteTensor(id: number): void;
  /** A copy of a tensor's values. Refuses bfloat16 and float16: cast first. */
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array | BigInt64Array | Uint8Array[];
  /** Runs one operation. Attributes that are missing are inferred from the inputs or take their default. */
  executeOp(name: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputs: number): TensorInfo[];
  /** Tensors not yet deleted. */
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  readonly TF_Version: string;

  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number;
  readonly TF_STRING: number;
  readonly TF_RESOURCE: number;
  readonly TF_UINT8: number;

  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

const FUNCTIONS = [
  'createTensor',
  'deleteTensor',
  'tensorDataSync',
  'executeOp',
  'getNumOfTensors',
  'isUsingGpuDevice',
] as const satisfies readonly (keyof TensorFlowBinding)[];

/** TensorFlow reads these when its library is loaded; what the person has set stays. */
const ENVIRONMENT = {
  // Without it TensorFlow takes all of the GPU's memory at once.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // Errors come as exceptions; the log says nothing more that a person could use.
  TF_CPP_MIN_LOG_LEVEL: '3',
} as const;

let loaded: TensorFlowBinding | null = null;

/**
 * Loads the TensorFlow build that is installed, once a process: 0.3 s and about 300 MB. TensorFlow works only in a process's
 * main thread, and a damaged library can end the process: load it in a process that may die.
 *
 * @throws FolioError 'engine' when there is none, or it is damaged, with the reason and the way out.
 */
export function loadBinding(env: Environment = process.env): TensorFlowBinding {
  if (loaded === null) {
    const { build, wayOut } = chooseBuild(env);
    loaded = loadAddon(build.addon, wayOut);
  }
  return loaded;
}

/** Loads an addon by its path. See {@link loadBinding}. @param hint what to do when that fails */
export function loadAddon(file: string, hint = install(' again')): TensorFlowBinding {
  for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] ??= value;
  const addon: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(addon, file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FolioError('engine', `TensorFlow cannot be loaded: ${reason}`, hint, { cause: error });
  }
  if (!isBinding(addon.exports)) {
    throw new FolioError('engine', `TensorFlow cannot be loaded: ${file} is not the addon of tfjs-node.`, hint);
  }
  return addon.exports;
}

function isBinding(value: unknown): value is TensorFlowBinding {
  if (typeof value !== 'object' || value === null) return false;
  const exports = value as Readonly<Record<string, unknown>>;
  return FUNCTIONS.every((name) => typeof exports[name] === 'function') && typeof exports['TF_Version'] === 'string';
}
