/** A chart as a picture to keep: twice its size, on the page's own ground, with its title and what the colours mean. */
import uPlot from 'uplot';
import type { PlotInput } from './plot-input.ts';
import { plotOptions } from './plot-options.ts';
import { alignSeries } from './series.ts';

const SCALE = 2;
const MARGIN = 24;
const TITLE = 46;
const LEGEND_ROW = 22;

export async function chartPicture(input: PlotInput, title: string): Promise<Blob> {
  const plot = await offPage(input);
  const { width, height, theme, series } = input;
  const canvas = document.createElement('canvas');
  canvas.width = (width + 2 * MARGIN) * SCALE;
  canvas.height = (height + TITLE + series.length * LEGEND_ROW + 2 * MARGIN) * SCALE;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('the browser has no canvas');
  context.scale(SCALE, SCALE);
  context.fillStyle = theme.page;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = theme.ink;
  context.font = `600 20px ${theme.serif}`;
  context.fillText(title, MARGIN, MARGIN + 20, width);
  context.drawImage(plot.ctx.canvas, MARGIN, MARGIN + TITLE, width, height);
  series.forEach(({ name, colour }, row) => {
    const y = MARGIN + TITLE + height + 16 + row * LEGEND_ROW;
    context.fillStyle = theme.colour(colour);
    context.fillRect(MARGIN + 44, y - 5, 20, 2);
    context.fillStyle = theme.ink;
    context.font = `12px ${theme.sans}`;
    context.fillText(name, MARGIN + 72, y, width - 80);
  });
  plot.destroy();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('the picture could not be made')) : resolve(blob)));
  });
}

/** The same chart, drawn larger where nobody sees it. */
function offPage(input: PlotInput): Promise<uPlot> {
  const scale = SCALE / devicePixelRatio;
  return new Promise((resolve) => {
    const plot = new uPlot(
      { ...plotOptions(() => input, scale), cursor: { show: false } },
      alignSeries(input.series),
      document.createElement('div'),
    );
    queueMicrotask(() => resolve(plot)); // uPlot draws in a microtask of its own, queued before this one
  });
}

/** Hands a picture over as a download: works in a browser and in a window of our own. */
export function downloadPicture(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
