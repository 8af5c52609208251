/** The overlaid curves: one for each shown run, each with a colour of its own that it keeps while it is shown. */
import type { CurveAxis } from '../../../shared/curve.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';
import type { TrainingEvent } from '../../../shared/events.ts';
import { RunCurve } from '../../lib/chart/run-curve.svelte.ts';
import type { ChartRange, ChartSeries } from '../../lib/chart/series.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { MOST_RUNS } from './comparison.svelte.ts';
import { assignColours } from './settings.ts';

export class Overlay {
  readonly #folio: Folio;
  readonly #name: (run: number) => string | null;
  #curves: readonly RunCurve[] = $state.raw([]);
  #colours: ReadonlyMap<number, number> = $state.raw(new Map());
  range: ChartRange | null = $state.raw(null);
  points = $state(1600);
  highlighted: number | null = $state(null);

  constructor(folio: Folio, name: (run: number) => string | null) {
    this.#folio = folio;
    this.#name = name;
  }

  get axis(): CurveAxis {
    return this.#folio.preferences.chartAxis;
  }

  get logScale(): boolean {
    return this.#folio.preferences.chartLogScale;
  }

  /** The first is the baseline. */
  readonly series: readonly ChartSeries[] = $derived.by(() =>
    this.#curves.flatMap(({ run, curve }, index) =>
      curve === null
        ? []
        : [
            {
              run,
              name: this.#name(run) ?? '',
              colour: this.colour(run),
              curve,
              ...(index === 0 && this.#curves.length > 1 ? { pinned: true } : {}),
            },
          ],
    ),
  );

  /** Curves that could not be read, and the way to try again. Of a run that was deleted the table tells. */
  readonly troubles: readonly { readonly run: number; readonly error: ErrorMessage; readonly retry: () => void }[] =
    $derived.by(() =>
      this.#curves.flatMap((curve) =>
        curve.error === null || curve.error.code === 'not-found'
          ? []
          : [{ run: curve.run, error: curve.error, retry: () => curve.refresh() }],
      ),
    );

  /** The CSS variable of a run's colour. */
  colour(run: number): string {
    return `--series-${this.#colours.get(run) ?? 1}`;
  }

  /** Shows these runs, in this order; curves that are there already stay. */
  show(runs: readonly number[]): void {
    this.#colours = assignColours(runs, this.#colours, MOST_RUNS);
    this.#curves = runs.map(
      (run) => this.#curves.find((curve) => curve.run === run) ?? new RunCurve(this.#folio.client, run),
    );
  }

  /** Asks for the curves as they are to be seen. */
  ask(): void {
    const { chartAxis: axis, chartSmoothing: smoothing } = this.#folio.preferences;
    for (const curve of this.#curves) curve.ask({ axis, smoothing, points: this.points, range: this.range });
  }

  hear(events: readonly TrainingEvent[]): void {
    for (const curve of this.#curves) curve.hear(events);
  }
}
