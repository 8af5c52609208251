/** A curve that grows while its run trains: logged steps are appended as they are told, with the moving average carried on. */
import type { Curve } from '../../../shared/curve.ts';
import type { TrainingEvent } from '../../../shared/events.ts';

export type StepEvent = Extract<TrainingEvent, { type: 'step' }>;

/**
 * The curve with the steps behind its end. Steps that it has already are passed over.
 *
 * @param smoothing weight of the past in the moving average, as the curve was asked for with
 */
export function appendSteps(curve: Curve, steps: readonly StepEvent[], smoothing: number): Curve {
  const last = curve.step.at(-1) ?? 0;
  const news = steps.filter(({ step }) => step > last);
  if (news.length === 0) return curve;
  const added = { x: [] as number[], loss: [] as (number | null)[], smooth: [] as (number | null)[] };
  const rates: number[] = [];
  const seconds: number[] = [];
  // What the debiased average was before its division: s = shown * (1 - w^n).
  const shown = curve.smooth.findLast((value) => value !== null) ?? 0;
  let power = smoothing ** curve.total;
  let sum = shown * (1 - power);
  let time = curve.seconds.at(-1) ?? 0;
  for (const event of news) {
    const loss = finite(event.loss);
    if (loss !== null) {
      sum = smoothing * sum + (1 - smoothing) * loss;
      power *= smoothing;
    }
    time += event.milliseconds / 1000;
    added.x.push(placeOf(curve, event.step, time));
    added.loss.push(loss);
    added.smooth.push(loss === null ? null : sum / (1 - power));
    rates.push(event.learningRate);
    seconds.push(time);
  }
  return {
    ...curve,
    total: curve.total + news.length,
    x: [...curve.x, ...added.x],
    step: [...curve.step, ...news.map(({ step }) => step)],
    loss: [...curve.loss, ...added.loss],
    smooth: [...curve.smooth, ...added.smooth],
    learningRate: [...curve.learningRate, ...rates],
    seconds: [...curve.seconds, ...seconds],
  };
}

/** The curve with the end of an epoch, and what was measured there on held-out text. */
export function appendEpoch(
  curve: Curve,
  end: {
    readonly epoch: number;
    readonly step: number;
    readonly complete: boolean;
    readonly validationLoss: number | null;
  },
): Curve {
  const x = placeOf(curve, end.step, curve.seconds.at(-1) ?? 0);
  const validation = finite(end.validationLoss);
  const known = curve.validation.some(({ epoch }) => epoch === end.epoch);
  const ended = curve.epochEnds.some(({ epoch }) => epoch === end.epoch);
  return {
    ...curve,
    validation:
      validation === null || known
        ? curve.validation
        : [...curve.validation, { x, epoch: end.epoch, loss: validation }],
    epochEnds: ended || !end.complete ? curve.epochEnds : [...curve.epochEnds, { x, epoch: end.epoch }],
  };
}

function placeOf({ axis, stepsPerEpoch }: Curve, step: number, seconds: number): number {
  if (axis === 'time') return seconds;
  return axis === 'step' ? step : step / stepsPerEpoch;
}

/** A number that is none comes as NaN from one transport and as null from the other. */
export function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
