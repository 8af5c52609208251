/** What one of the two panes shows, and why it shows nothing. */
import type { Sample } from '../../../shared/domain.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';
import type { Frame } from '../../lib/routes.ts';
import { matchSample, nearestFrame } from './choices.ts';
import type { Probe, Side, TextFrame } from './choices.ts';
import type { Entry } from './record.svelte.ts';

export interface Pane {
  readonly side: Side;
  /** What the address asks for. */
  readonly asked: Frame;
  readonly frames: readonly TextFrame[];
  /** What can be shown of it; null while loading and when there is nothing. */
  readonly frame: TextFrame | null;
  readonly sample: Sample | null;
  readonly loading: boolean;
  readonly error: ErrorMessage | null;
}

/** @param details whether the run itself is there: one that was deleted has texts no more */
export function makePane(
  side: Side,
  asked: Frame,
  texts: Entry<readonly TextFrame[]>,
  details: Entry<unknown>,
  probe: Probe,
): Pane {
  const frames = texts.state === 'ready' ? texts.value : [];
  const frame = nearestFrame(frames, asked.epoch);
  const failed = [texts, details].find((entry) => entry.state === 'failed');
  return {
    side,
    asked,
    frames,
    frame,
    sample: frame === null ? null : matchSample(frame.samples, probe),
    loading: texts.state === 'loading',
    error: failed?.error ?? null,
  };
}
