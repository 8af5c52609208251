import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { FolioError } from '../../../shared/errors.ts';
import type { Tensor } from '../tensor-ops.ts';

/** A tensor of a tfjs backend: its data, counted by the backend, seen in one shape. */
export class Handle implements Tensor {
  readonly info: TensorInfo;
  readonly shape: readonly number[];
  /** The arena that frees it; null when its owner does. */
  arena: Arena | null = null;
  alive = true;

  constructor(info: TensorInfo) {
    this.info = info;
    this.shape = info.shape;
  }
}

type Arena = Handle[];

/** Who frees which handle, and when. */
export class Handles {
  readonly #backend: KernelBackend;
  readonly #arenas: Arena[] = [];
  readonly #living = new Set<Handle>();

  constructor(backend: KernelBackend) {
    this.#backend = backend;
  }

  /** Takes over what a kernel returned, into the innermost arena. */
  own(info: TensorInfo): Handle {
    const handle = new Handle(info);
    this.#living.add(handle);
    const arena = this.#arenas.at(-1);
    if (arena !== undefined) {
      handle.arena = arena;
      arena.push(handle);
    }
    return handle;
  }

  arena<T>(body: () => T): T {
    const arena: Arena = [];
    this.#arenas.push(arena);
    try {
      return body();
    } finally {
      this.#arenas.pop();
      for (const handle of arena) if (handle.arena === arena) this.free(handle);
    }
  }

  keep<T extends Tensor>(tensor: T): T {
    const handle = asHandle(tensor);
    if (handle.arena !== null && handle.arena === this.#arenas.at(-1)) {
      handle.arena = this.#arenas.at(-2) ?? null;
      handle.arena?.push(handle);
    }
    return tensor;
  }

  /** Lets a handle outlive every arena. */
  detach(handle: Handle): Handle {
    handle.arena = null;
    return handle;
  }

  free(handle: Handle): void {
    if (!handle.alive) return;
    handle.alive = false;
    this.#living.delete(handle);
    this.#backend.disposeData(handle.info.dataId);
  }

  freeAll(): void {
    for (const handle of this.#living) this.free(handle);
  }
}

/** The engine's own handle behind the opaque one. Throws when it belongs to another engine. */
export function asHandle(tensor: Tensor): Handle {
  if (!(tensor instanceof Handle)) throw new FolioError('internal', 'a tensor of another engine was passed');
  return tensor;
}

/** What kernels take. Throws when the tensor was freed or belongs to another engine. */
export function infoOf(tensor: Tensor): TensorInfo {
  const handle = asHandle(tensor);
  if (!handle.alive) throw new FolioError('internal', `a freed tensor of shape [${handle.shape.join(', ')}] was used`);
  return handle.info;
}
