import { FolioError } from '../../shared/errors.ts';

type Tuple<T, N extends number, R extends T[] = []> = R['length'] extends N ? R : Tuple<T, N, [...R, T]>;

/** A list as a tuple of known length. Throws when it is not that long: what splits in three gives three. */
export function exactly<T, N extends number>(list: readonly T[], length: N): Tuple<T, N> {
  if (list.length !== length) throw new FolioError('internal', `${list.length} tensors where ${length} are expected`);
  return list as Tuple<T, N>;
}
