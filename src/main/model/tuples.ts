import { FolioError } from '../../shared/errors.ts';

type Tuple<T, N extends number, R extends T[] = []> = R['length'] extends N ? R : Tuple<T, N, [...R, T]>;

/**
 * A list as a tuple of known length: what splits in three gives three.
 * @throws FolioError 'internal' when it is not that long.
 */
export function exactly<T, N extends number>(list: readonly T[], length: N): Tuple<T, N> {
  if (list.length !== length) throw new FolioError('internal', `${list.length} tensors where ${length} are expected`);
  return list as Tuple<T, N>;
}

/**
 * The element at an index that is known to be there.
 * @throws FolioError 'internal' when the list is shorter.
 */
export function elementAt<T extends object>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined)
    throw new FolioError('internal', `${list.length} tensors, and number ${index} is asked for`);
  return element;
}
