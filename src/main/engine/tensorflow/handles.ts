import { ArenaHandle, assertAlive, foreignTensor } from '../arena.ts';
import type { Tensor } from '../tensor-ops.ts';

/** A tensor of the native side. */
export class Handle extends ArenaHandle {
  readonly id: number;
  /** TensorFlow's DataType number. */
  readonly dtype: number;

  constructor(id: number, shape: readonly number[], dtype: number) {
    super(shape);
    this.id = id;
    this.dtype = dtype;
  }
}

/**
 * The engine's own handle behind the opaque one.
 * @throws FolioError 'internal' when it belongs to another engine.
 */
export function asHandle(tensor: Tensor): Handle {
  if (!(tensor instanceof Handle)) throw foreignTensor();
  return tensor;
}

/**
 * The native id of a living tensor.
 * @throws FolioError 'internal' when it was freed or belongs to another engine.
 */
export function idOf(tensor: Tensor): number {
  const handle = asHandle(tensor);
  assertAlive(handle);
  return handle.id;
}
