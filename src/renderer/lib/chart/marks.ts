/** What a loss chart shows besides its lines: the loss of guessing, where epochs ended, where losses were not numbers, the axes' names. */
import type uPlot from 'uplot';
import type { PlotInput } from './plot-input.ts';
import { brokenPlaces } from './series.ts';

/** Epochs' ends closer than this (pixels) are not marked. */
const CLOSEST_ENDS = 5;

export function drawMarks(plot: uPlot, input: PlotInput, scale: number): void {
  const { ctx, bbox } = plot;
  const unit = scale * devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * unit}px ${input.theme.sans}`;
  ctx.textBaseline = 'alphabetic'; // uPlot leaves its own
  ctx.lineWidth = unit;
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top - 8 * unit, bbox.width + 14 * unit, bbox.height + 8 * unit);
  ctx.clip();
  drawGuess(plot, input, unit);
  drawEpochEnds(plot, input, unit);
  drawBroken(plot, input, unit);
  ctx.restore();
  ctx.save();
  ctx.font = `${11 * unit}px ${input.theme.sans}`;
  ctx.fillStyle = input.theme.faint;
  ctx.textBaseline = 'alphabetic';
  ctx.textAlign = 'right';
  ctx.fillText(input.words.axis, bbox.left + bbox.width, bbox.top + bbox.height + 33 * unit);
  ctx.textAlign = 'left';
  ctx.fillText(input.words.loss, 2 * unit, bbox.top - 14 * unit);
  ctx.restore();
}

function drawGuess(plot: uPlot, { guessLoss, theme, words }: PlotInput, unit: number): void {
  const { ctx, bbox } = plot;
  const [low, high] = [plot.scales['y']?.min ?? NaN, plot.scales['y']?.max ?? NaN];
  if (guessLoss === null || !(guessLoss >= low && guessLoss <= high)) return;
  const y = Math.round(plot.valToPos(guessLoss, 'y', true));
  ctx.strokeStyle = theme.faint;
  ctx.setLineDash([4 * unit, 4 * unit]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.setLineDash([]);
  const right = bbox.left + bbox.width;
  const baseline = y - bbox.top > 6 * unit ? y - 6 * unit : y + 15 * unit;
  ctx.textAlign = 'right';
  // A rim in the page's colour, so that no line of the grid strikes it through.
  ctx.lineWidth = 6 * unit;
  ctx.lineJoin = 'round';
  ctx.strokeStyle = theme.page;
  ctx.strokeText(words.guess, right, baseline);
  ctx.lineWidth = unit;
  ctx.fillStyle = theme.faint;
  ctx.fillText(words.guess, right, baseline);
}

function drawEpochEnds(plot: uPlot, { series: [first], theme, shown }: PlotInput, unit: number): void {
  const ends = (first?.curve.epochEnds ?? []).filter(({ x }) => x >= shown.from && x <= shown.to);
  const { ctx, bbox } = plot;
  if (ends.length * CLOSEST_ENDS * unit > bbox.width) return;
  ctx.strokeStyle = theme.strong;
  ctx.beginPath();
  for (const { x } of ends) {
    const at = Math.round(plot.valToPos(x, 'x', true)) + 0.5;
    ctx.moveTo(at, bbox.top + bbox.height - 5 * unit);
    ctx.lineTo(at, bbox.top + bbox.height);
  }
  ctx.stroke();
}

function drawBroken(plot: uPlot, { series, theme, words }: PlotInput, unit: number): void {
  const { ctx, bbox } = plot;
  for (const { curve } of series) {
    for (const x of brokenPlaces(curve).slice(0, 20)) {
      const at = Math.round(plot.valToPos(x, 'x', true)) + 0.5;
      if (at < bbox.left || at > bbox.left + bbox.width) continue;
      ctx.strokeStyle = theme.bad;
      ctx.setLineDash([2 * unit, 3 * unit]);
      ctx.beginPath();
      ctx.moveTo(at, bbox.top);
      ctx.lineTo(at, bbox.top + bbox.height);
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.fillStyle = theme.bad;
      const room = ctx.measureText(words.notANumber).width + 6 * unit;
      const left = at - bbox.left > room;
      ctx.textAlign = left ? 'right' : 'left';
      ctx.fillText(words.notANumber, at + (left ? -5 : 5) * unit, bbox.top + bbox.height / 2);
    }
  }
}
