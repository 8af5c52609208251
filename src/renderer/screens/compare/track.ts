/** The geometry of a filmstrip's track: where epochs lie, which labels fit, and where a key or the pointer leads. */

import type { EpochTexts } from '../../../shared/contract/runs.ts';

export interface TrackPoint {
  readonly epoch: number;
  readonly loss: number | null;
}

type LossOfEpoch = Pick<EpochTexts, 'epoch' | 'trainLoss' | 'validationLoss'>;
const made = new WeakMap<readonly LossOfEpoch[], readonly TrackPoint[]>();

/** A run's epochs as points, with the loss on held-out text where it was measured. The same frames give the same array. */
export function pointsOf(frames: readonly LossOfEpoch[]): readonly TrackPoint[] {
  const points =
    made.get(frames) ??
    frames.map(({ epoch, validationLoss, trainLoss }) => ({ epoch, loss: validationLoss ?? trainLoss }));
  made.set(frames, points);
  return points;
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
 * Which points get a label on a track of that width: the first, the last, and between them those of round epochs that have
 * `room` pixels each.
 */
export function labelled(points: readonly TrackPoint[], width: number, room: number): readonly number[] {
  const last = points.length - 1;
  if (last < 1) return last === 0 ? [0] : [];
  const epochs = (points[last]?.epoch ?? 0) - (points[0]?.epoch ?? 0);
  const stride = STRIDES.find((step) => (width / epochs) * step >= room) ?? epochs;
  const chosen = [0];
  const far = (a: number, b: number): boolean => (placeOf(points, b) - placeOf(points, a)) * width >= room;
  points.forEach(({ epoch }, index) => {
    if (epoch % stride === 0 && far(chosen.at(-1) ?? 0, index) && far(index, last)) chosen.push(index);
  });
  return [...chosen, last];
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
