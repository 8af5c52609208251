import { FolioError } from '../../../shared/errors.ts';
import type { Tensor } from '../tensor-ops.ts';
import type { TensorFlowBinding } from './binding.ts';

/** A tensor of the native side. */
export class Handle implements Tensor {
  readonly id: number;
  readonly shape: readonly number[];
  /** TensorFlow's DataType number. */
  readonly dtype: number;
  /** The arena that frees it; null when its owner does. */
  arena: Arena | null = null;
  alive = true;

  constructor(id: number, shape: readonly number[], dtype: number) {
    this.id = id;
    this.shape = shape;
    this.dtype = dtype;
  }
}

type Arena = Handle[];

/** Who frees which handle, and when. */
export class Handles {
  readonly #binding: TensorFlowBinding;
  readonly #arenas: Arena[] = [];

  constructor(binding: TensorFlowBinding) {
    this.#binding = binding;
  }

  /** Puts a new handle into the innermost arena. */
  own(handle: Handle): Handle {
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

  free(handle: Handle): void {
    if (!handle.alive) return;
    handle.alive = false;
    this.#binding.deleteTensor(handle.id);
  }
}

/** The engine's own handle behind the opaque one. Throws when it belongs to another engine or was freed. */
export function asHandle(tensor: Tensor): Handle {
  if (!(tensor instanceof Handle)) throw new FolioError('internal', 'a tensor of another engine was passed');
  return tensor;
}

/** The native id of a living tensor. Throws when it was freed or belongs to another engine. */
export function idOf(tensor: Tensor): number {
  const handle = asHandle(tensor);
  if (!handle.alive) throw new FolioError('internal', `a freed tensor of shape [${handle.shape.join(', ')}] was used`);
  return handle.id;
}
