/** A run's loss curve as a chart draws it: logged points only, thinned so that no peak is lost. */

export type CurveAxis = 'step' | 'epoch' | 'time';

/** The largest weight that the past may have in the moving average. */
export const MAX_SMOOTHING = 0.999;

export interface Curve {
  readonly axis: CurveAxis;
  /** Logged steps of the whole run, thinned or not. */
  readonly total: number;
  /** Columns of one length: where the point lies on the axis (step, epochs, active seconds), and its step. */
  readonly x: readonly number[];
  readonly step: readonly number[];
  /** Null is a loss that was not a number. */
  readonly loss: readonly (number | null)[];
  /** Debiased exponential moving average over all logged steps, not only those that are here. */
  readonly smooth: readonly (number | null)[];
  readonly learningRate: readonly number[];
  /** Active seconds from the run's start to the end of the step. */
  readonly seconds: readonly number[];
  /** Where whole epochs ended. */
  readonly epochEnds: readonly { readonly x: number; readonly epoch: number }[];
  /** Of the run's last whole epoch, or as planned. */
  readonly stepsPerEpoch: number;
  /** At the ends of epochs. */
  readonly validation: readonly { readonly x: number; readonly epoch: number; readonly loss: number }[];
}
