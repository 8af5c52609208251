/** A loss chart on the page: uPlot draws it, and this keeps its cursor on logged points and turns gestures into words. */
import uPlot from 'uplot';
import type { PlotInput } from './plot-input.ts';
import { opacityOf, plotOptions } from './plot-options.ts';
import { alignSeries, COLUMNS, readingAt, type ChartRange } from './series.ts';

export interface PlotEvents {
  /** The pointer is over this place of the axis; null when it left. `run` is the nearest line's, where there are several. */
  pointed(x: number | null, run: number | null): void;
  /** A part was marked by dragging. */
  marked(range: ChartRange): void;
  /** All of it is wanted again. */
  reset(): void;
}

export class Plot {
  readonly #host: HTMLElement;
  readonly #events: PlotEvents;
  readonly #line = document.createElement('div');
  readonly #dots: HTMLElement[] = [];
  #input: PlotInput;
  #plot: uPlot;

  constructor(host: HTMLElement, input: PlotInput, events: PlotEvents) {
    this.#host = host;
    this.#events = events;
    this.#input = input;
    this.#line.className = 'chart-cursor';
    this.#plot = this.#make();
  }

  /** Draws what has changed; what the chart is built of (how many runs, which scale) builds it anew. */
  update(input: PlotInput): void {
    const before = this.#input;
    this.#input = input;
    if (structureOf(before) !== structureOf(input)) {
      this.#plot.destroy();
      this.#plot = this.#make();
      return;
    }
    if (before.width !== input.width || before.height !== input.height) {
      this.#plot.setSize({ width: input.width, height: input.height });
    }
    this.#plot.series.forEach((series, i) => {
      if (i > 0) series.alpha = opacityOf(input, Math.floor((i - 1) / COLUMNS), i - 1);
    });
    if (before.series !== input.series || before.shown !== input.shown) this.#plot.setData(alignSeries(input.series));
    else this.#plot.redraw(false);
  }

  /** Puts the cursor's line and dots on the logged points nearest to `x`; null takes them away. */
  showCursor(x: number | null): void {
    const { series, shown } = this.#input;
    const readings = x === null ? [] : series.map((one) => readingAt(one, x));
    const [first] = readings.filter((reading) => reading !== null);
    this.#line.hidden = first === undefined || first.x < shown.from || first.x > shown.to;
    if (first !== undefined) this.#line.style.transform = `translateX(${this.#plot.valToPos(first.x, 'x')}px)`;
    this.#dots.forEach((dot, i) => {
      const reading = readings[i];
      const loss = reading?.smooth ?? reading?.loss ?? null;
      dot.hidden = !reading || loss === null || reading.x < shown.from || reading.x > shown.to;
      if (!reading || loss === null) return;
      dot.style.transform = `translate(${this.#plot.valToPos(reading.x, 'x')}px, ${this.#plot.valToPos(loss, 'y')}px)`;
      dot.style.background = `var(${series[i]?.colour ?? '--ink'})`;
    });
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #make(): uPlot {
    const plot = new uPlot(
      {
        ...plotOptions(() => this.#input),
        cursor: {
          x: false,
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false },
          bind: {
            dblclick: () => () => {
              this.#events.reset();
              return null;
            },
          },
        },
        hooks: {
          ...plotOptions(() => this.#input).hooks,
          setCursor: [(self) => this.#pointed(self)],
          setSelect: [(self) => this.#marked(self)],
        },
      },
      alignSeries(this.#input.series),
      this.#host,
    );
    this.#line.hidden = true;
    this.#dots.splice(0);
    plot.over.append(this.#line);
    for (const { run } of this.#input.series) {
      const dot = document.createElement('div');
      dot.className = 'chart-dot';
      dot.dataset['run'] = String(run);
      dot.hidden = true;
      this.#dots.push(dot);
      plot.over.append(dot);
    }
    return plot;
  }

  #pointed(plot: uPlot): void {
    const { left = -1, top = -1 } = plot.cursor;
    if (left < 0) {
      this.#events.pointed(null, null);
      return;
    }
    const x = plot.posToVal(left, 'x');
    this.#events.pointed(x, this.#nearestRun(plot, x, top));
  }

  /** The run whose line is nearest to the pointer, no further than a finger's breadth; null where there is one run only. */
  #nearestRun(plot: uPlot, x: number, top: number): number | null {
    const { series } = this.#input;
    if (series.length < 2) return null;
    let nearest: number | null = null;
    let distance = 40;
    for (const one of series) {
      const reading = readingAt(one, x);
      const loss = reading?.smooth ?? reading?.loss ?? null;
      if (loss === null) continue;
      const away = Math.abs(plot.valToPos(loss, 'y') - top);
      if (away < distance) [nearest, distance] = [one.run, away];
    }
    return nearest;
  }

  #marked(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    const range = { from: plot.posToVal(left, 'x'), to: plot.posToVal(left + width, 'x') };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#events.marked(range);
  }
}

function structureOf({ series, axis, logScale }: PlotInput): string {
  return JSON.stringify([axis, logScale, series.map(({ run, pinned }) => [run, pinned === true])]);
}
