/** Thins a curve so that no peak of it is lost. */

/** As many as the first point, the last one, and the lowest and the highest between them. */
export const FEWEST_POINTS = 4;

/**
 * Which points of `values[from, to)` a chart needs: the first, the last, and the lowest and the highest of each of as many buckets of
 * neighbours as `most` allows. Values that are not finite are passed over unless a bucket holds nothing else (then its first stands for
 * it) or they are the first or the last. All of them when there are no more than `most`.
 *
 * @param most at least {@link FEWEST_POINTS}
 * @returns indices in ascending order, at most `most`
 */
export function decimate(values: Float64Array, from: number, to: number, most: number): number[] {
  const count = to - from;
  if (count <= most) return Array.from({ length: Math.max(0, count) }, (_, i) => from + i);
  const indices = [from];
  const inner = count - 2;
  const buckets = Math.floor((most - 2) / 2);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = from + 1 + Math.floor((bucket * inner) / buckets);
    const end = from + 1 + Math.floor(((bucket + 1) * inner) / buckets);
    let low = -1;
    let high = -1;
    for (let i = start; i < end; i++) {
      const value = values[i] as number; // inside the array: from <= i < to
      if (!Number.isFinite(value)) continue;
      if (low === -1 || value < (values[low] as number)) low = i; // low and high are such i
      if (high === -1 || value > (values[high] as number)) high = i;
    }
    if (low === -1) indices.push(start);
    else if (low === high) indices.push(low);
    else indices.push(Math.min(low, high), Math.max(low, high));
  }
  indices.push(to - 1);
  return indices;
}
