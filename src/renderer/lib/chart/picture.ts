/** A chart as a picture to keep: twice its size, on the page's own ground, with its title and what everything on it means. */
import uPlot from 'uplot';
import { layPicture, type PictureFont, type PictureMark, type PictureWords } from './picture-layout.ts';
import type { PlotInput } from './plot-input.ts';
import { plotOptions } from './plot-options.ts';
import { alignSeries } from './series.ts';
import type { ChartTheme } from './theme.ts';

const SCALE = 2;

/** A PNG. Throws where the browser cannot make one. */
export async function chartPicture(input: PlotInput, title: string, words: PictureWords): Promise<Blob> {
  const plot = await offPage(input);
  const { width, height, theme } = input;
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('the browser has no canvas');
  const layout = layPicture(input, title, words, (text, font) => {
    context.font = fontOf(font, theme);
    return context.measureText(text).width;
  });
  canvas.width = layout.width * SCALE;
  canvas.height = layout.height * SCALE;
  context.scale(SCALE, SCALE);
  context.fillStyle = theme.page;
  context.fillRect(0, 0, layout.width, layout.height);
  context.drawImage(plot.ctx.canvas, layout.chart.x, layout.chart.y, width, height);
  for (const mark of layout.marks) draw(context, mark, theme);
  plot.destroy();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('the picture could not be made')) : resolve(blob)));
  });
}

function fontOf(font: PictureFont, theme: ChartTheme): string {
  return font === 'title' ? `600 20px ${theme.serif}` : `12px ${theme.sans}`;
}

function draw(context: CanvasRenderingContext2D, mark: PictureMark, theme: ChartTheme): void {
  const { x, y } = mark;
  if (mark.kind === 'text') {
    context.font = fontOf(mark.font, theme);
    context.fillStyle = theme.ink;
    context.fillText(mark.text, x, y);
  } else if (mark.kind === 'line') {
    context.globalAlpha = mark.opacity;
    context.fillStyle = theme.colour(mark.colour);
    context.fillRect(x, y - mark.thickness / 2, 20, mark.thickness);
    context.globalAlpha = 1;
  } else {
    context.strokeStyle = theme.colour(mark.colour);
    context.lineWidth = 1.6;
    context.beginPath();
    context.arc(x, y, 3.5, 0, 2 * Math.PI);
    context.stroke();
  }
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
