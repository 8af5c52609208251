/** The geometry of a filmstrip's track: where epochs lie, which labels fit, and where a key or the pointer leads. */

export interface TrackPoint {
  readonly epoch: number;
  readonly loss: number | null;
}

/** Where a point lies between the track's ends, 0 to 1; a single point lies at the start. */
export function placeOf(points: readonly TrackPoint[], index: number): number {
  const [first, last, point] = [points[0], points.at(-1), points[index]];
  if (first === undefined || last === undefined || point === undefined || last.epoch === first.epoch) return 0;
  return (point.epoch - first.epoch) / (last.epoch - first.epoch);
}

/** The point nearest to a place. */
export function indexAt(points: readonly TrackPoint[], place: number): number {
  let best = 0;
  points.forEach((_, index) => {
    if (Math.abs(placeOf(points, index) - place) < Math.abs(placeOf(points, best) - place)) best = index;
  });
  return best;
}

/** The index of an epoch's point, or of the nearest one. */
export function indexOfEpoch(points: readonly TrackPoint[], epoch: number): number {
  let best = 0;
  points.forEach((point, index) => {
    if (Math.abs(point.epoch - epoch) < Math.abs((points[best]?.epoch ?? Infinity) - epoch)) best = index;
  });
  return best;
}

/**
 * Which points get a label on a track of that width: the first, the last, and between them at an even stride as many as have
 * `room` pixels each.
 */
export function labelled(points: readonly TrackPoint[], width: number, room: number): readonly number[] {
  const last = points.length - 1;
  if (last < 0) return [];
  if (last === 0) return [0];
  const stride = STRIDES.find((step) => (width / last) * step >= room) ?? last;
  const chosen: number[] = [];
  for (let index = 0; index <= last; index += stride) {
    if (index === 0 || (placeOf(points, last) - placeOf(points, index)) * width >= room || index === last) {
      chosen.push(index);
    }
  }
  if (chosen.at(-1) !== last) chosen.push(last);
  return chosen;
}

const STRIDES = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

/** Which points are drawn: all, or so many, evenly, that they stay apart by two pixels and more. */
export function drawn(points: readonly TrackPoint[], width: number): readonly number[] {
  const stride = Math.max(1, Math.ceil((points.length * 3) / Math.max(1, width)));
  return points.flatMap((_, index) => (index % stride === 0 || index === points.length - 1 ? [index] : []));
}

/** Where a key leads from a point; null for a key that a slider does not know. A page is a tenth of the track. */
export function step(key: string, index: number, count: number): number | null {
  const page = Math.max(2, Math.round(count / 10));
  const to = (target: number): number => Math.min(count - 1, Math.max(0, target));
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return to(index + 1);
    case 'ArrowLeft':
    case 'ArrowDown':
      return to(index - 1);
    case 'PageUp':
      return to(index + page);
    case 'PageDown':
      return to(index - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
