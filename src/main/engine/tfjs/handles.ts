import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { ArenaHandle, Arenas, assertAlive, foreignTensor } from '../arena.ts';
import type { Tensor } from '../tensor-ops.ts';

/** A tensor of a tfjs backend: its data, counted by the backend, seen in one shape. */
export class Handle extends ArenaHandle {
  readonly info: TensorInfo;

  constructor(info: TensorInfo) {
    super(info.shape);
    this.info = info;
  }
}

/** The handles of one opening of a backend, which other openings in the process share. */
export class Handles extends Arenas<Handle> {
  readonly #living = new Set<Handle>();

  constructor(backend: KernelBackend) {
    super((handle) => backend.disposeData(handle.info.dataId));
  }

  /** Takes over what a kernel returned, into the innermost arena. */
  adopt(info: TensorInfo): Handle {
    const handle = new Handle(info);
    this.#living.add(handle);
    return this.own(handle);
  }

  /** Lets a handle outlive every arena. */
  detach(handle: Handle): Handle {
    handle.arena = null;
    return handle;
  }

  override free(handle: Handle): void {
    this.#living.delete(handle);
    super.free(handle);
  }

  /** Frees every handle of this opening. */
  freeAll(): void {
    for (const handle of this.#living) this.free(handle);
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
 * What kernels take.
 * @throws FolioError 'internal' when the tensor was freed or belongs to another engine.
 */
export function infoOf(tensor: Tensor): TensorInfo {
  const handle = asHandle(tensor);
  assertAlive(handle);
  return handle.info;
}
