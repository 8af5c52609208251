/** The life of an engine's handles: which arena frees which, and when. What freeing means is the engine's. */
import { FolioError } from '../../shared/errors.ts';
import type { Tensor } from './tensor-ops.ts';

/** What every engine's handle has; the engine adds what its library knows the tensor by. */
export class ArenaHandle implements Tensor {
  readonly shape: readonly number[];
  /** The arena that frees it; null when its owner does. */
  arena: readonly ArenaHandle[] | null = null;
  alive = true;

  constructor(shape: readonly number[]) {
    this.shape = shape;
  }
}

/** The open arenas of one engine, whose handles are all of class H. */
export class Arenas<H extends ArenaHandle> {
  /** Innermost last. */
  readonly #open: H[][] = [];
  readonly #dispose: (handle: H) => void;

  /** @param dispose frees the tensor behind a handle; called once for each */
  constructor(dispose: (handle: H) => void) {
    this.#dispose = dispose;
  }

  /** Puts a new handle into the innermost arena. */
  own(handle: H): H {
    const arena = this.#open.at(-1);
    if (arena !== undefined) {
      handle.arena = arena;
      arena.push(handle);
    }
    return handle;
  }

  /** See TensorOps.arena. */
  arena<T>(body: () => T): T {
    const arena: H[] = [];
    this.#open.push(arena);
    try {
      return body();
    } finally {
      this.#open.pop();
      for (const handle of arena) if (handle.arena === arena) this.free(handle);
    }
  }

  /** See TensorOps.keep. */
  keep(handle: H): void {
    if (handle.arena === null || handle.arena !== this.#open.at(-1)) return;
    const outer = this.#open.at(-2) ?? null;
    handle.arena = outer;
    outer?.push(handle);
  }

  /** Frees the tensor now; a second time does nothing. */
  free(handle: H): void {
    if (!handle.alive) return;
    handle.alive = false;
    this.#dispose(handle);
  }
}

/** @throws FolioError 'internal' when the handle was freed. */
export function assertAlive(handle: ArenaHandle): void {
  if (!handle.alive) throw new FolioError('internal', `a freed tensor of shape [${handle.shape.join(', ')}] was used`);
}

/** The error for a handle that is not of the engine's own class. */
export function foreignTensor(): FolioError {
  return new FolioError('internal', 'a tensor of another engine was passed');
}
