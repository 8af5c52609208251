/** A value that is made at its first use. */
export interface Once<T> {
  get(): T;
  /** Null as long as nobody has asked for it. */
  readonly made: T | null;
}

export function once<T>(make: () => T): Once<T> {
  let made: T | null = null;
  return {
    get: () => (made ??= make()),
    get made() {
      return made;
    },
  };
}
