/** The texts of a run, epoch by epoch: growing while it trains, and as cells of a strip. */
import type { EpochTexts } from '../../../shared/contract/runs.ts';
import type { Sample } from '../../../shared/domain.ts';
import type { TrainingEvent } from '../../../shared/events.ts';
import { finite } from '../../lib/chart/live-curve.ts';
import { usualTemperature } from '../../lib/usual-temperature.ts';

/** One of the ways in which every epoch's text is written. */
export interface Variant {
  readonly prompt: string;
  readonly temperature: number;
}

type EpochEvent = Extract<TrainingEvent, { type: 'epoch' }>;

/** The frames with an epoch that ended; one for a part of the same epoch gives way. */
export function withEpoch(frames: readonly EpochTexts[], event: EpochEvent): readonly EpochTexts[] {
  const old = frames.find(({ epoch }) => epoch === event.epoch);
  const losses = { trainLoss: finite(event.trainLoss), validationLoss: finite(event.validationLoss) };
  return inOrder(frames, { epoch: event.epoch, ...losses, samples: old?.samples ?? [] });
}

/** The frames with a text that was just written. The same prompt at the same temperature is written once an epoch. */
export function withSample(frames: readonly EpochTexts[], sample: Sample): readonly EpochTexts[] {
  const old = frames.find(({ epoch }) => epoch === sample.epoch);
  const others = (old?.samples ?? []).filter((other) => !isVariant(other, variantOf(sample)));
  const losses = { trainLoss: old?.trainLoss ?? null, validationLoss: old?.validationLoss ?? null };
  return inOrder(frames, { epoch: sample.epoch, ...losses, samples: [...others, sample] });
}

function inOrder(frames: readonly EpochTexts[], frame: EpochTexts): readonly EpochTexts[] {
  return [...frames.filter(({ epoch }) => epoch !== frame.epoch), frame].sort((a, b) => a.epoch - b.epoch);
}

/** Frames in which something is written. */
export function written(frames: readonly EpochTexts[]): readonly EpochTexts[] {
  return frames.filter(({ samples }) => samples.length > 0);
}

export function variantOf({ prompt, settings }: Sample): Variant {
  return { prompt, temperature: settings.temperature };
}

export function isVariant(sample: Sample, { prompt, temperature }: Variant): boolean {
  return sample.prompt === prompt && sample.settings.temperature === temperature;
}

/** The epoch's text in the wanted way, or in the way nearest to it. */
export function pick(frame: EpochTexts | null, wanted: Variant | null): Sample | null {
  const samples = frame?.samples ?? [];
  const [first] = samples;
  if (first === undefined) return null;
  if (wanted === null) return usual(samples);
  return (
    samples.find((sample) => isVariant(sample, wanted)) ??
    samples.find((sample) => sample.settings.temperature === wanted.temperature) ??
    samples.find((sample) => sample.prompt === wanted.prompt) ??
    first
  );
}

/** Of the first prompt's texts the one at the usual temperature. */
function usual(samples: readonly Sample[]): Sample | null {
  const mine = samples.filter(({ prompt }) => prompt === samples[0]?.prompt);
  const temperature = usualTemperature(mine.map(({ settings }) => settings.temperature));
  return mine.find(({ settings }) => settings.temperature === temperature) ?? null;
}

/** The ways that there are in any epoch, each once, in their order. */
export function variantsOf(frames: readonly EpochTexts[]): {
  readonly prompts: readonly string[];
  readonly temperatures: readonly number[];
} {
  const samples = frames.flatMap((frame) => frame.samples);
  const prompts = [...new Set(samples.map(({ prompt }) => prompt))];
  const temperatures = [...new Set(samples.map(({ settings }) => settings.temperature))].sort((a, b) => a - b);
  return { prompts, temperatures };
}

/** One cell of the strip: it stands for the frames from `first` up to, not including, `end` (indices), and shows one of them. */
export interface Cell {
  readonly first: number;
  readonly end: number;
  /** The one that is looked at, where it is among the cell's own; else the first frame of all, or the last of the cell's own. */
  readonly shown: number;
}

/** `count` frames in at most `room` cells; `at` is the index of the one that is looked at. */
export function cellsOf(count: number, room: number, at: number | null = null): readonly Cell[] {
  const cells = Math.min(count, Math.max(1, room));
  return Array.from({ length: cells }, (_, i) => {
    const first = Math.floor((i * count) / cells);
    const end = Math.floor(((i + 1) * count) / cells);
    const now = at !== null && at >= first && at < end;
    return { first, end, shown: now ? at : i === 0 ? 0 : end - 1 };
  });
}

/**
 * The index of the frame under the pointer, at a share (0 to 1) of the length of a strip that ends with places for epochs to come. A click
 * opens what stands on the cell; dragging goes through all of its frames.
 */
export function frameAt(cells: readonly Cell[], coming: number, share: number, dragged: boolean): number {
  const place = Math.max(0, share) * (cells.length + coming);
  const cell = cells[Math.floor(place)] ?? cells.at(-1);
  if (cell === undefined) return 0;
  if (!dragged) return cell.shown;
  if (place >= cells.length) return cell.end - 1;
  return cell.first + Math.floor((place % 1) * (cell.end - cell.first));
}

/** Where the epoch of a frame lies among these; 0 where it is not among them. */
export function indexOfFrame(frames: readonly EpochTexts[], frame: EpochTexts | null): number {
  return Math.max(
    0,
    frames.findIndex(({ epoch }) => epoch === frame?.epoch),
  );
}

/** The epochs still to be written about, all of them or, where there is no room for all, none. */
export function epochsToCome(last: number, planned: number, sampleEvery: number, room: number): readonly number[] {
  const every = Math.max(1, sampleEvery);
  const count = Math.max(0, Math.ceil((planned - last) / every));
  return count <= room ? Array.from({ length: count }, (_, i) => Math.min(planned, last + (i + 1) * every)) : [];
}

/** Where a key leads from a frame; null for a key that means nothing here. May lie beyond the ends. */
export function frameByKey(key: string, at: number, count: number): number | null {
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    PageDown: at - 10,
    PageUp: at + 10,
    Home: 0,
    End: count - 1,
  };
  return targets[key] ?? null;
}
