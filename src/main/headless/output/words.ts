/** Numbers, times and names as people read them. */
import { visible } from './layout.ts';

/** 4021569 -> "4,021,569". */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** 24190.5, 3 -> "24,190.500". */
export function decimal(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** "1 run", "2 runs", "0 batches". */
export function plural(value: number, noun: string, many = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : many}`;
}

/** Losses in nats a character, three decimals; "-" where there is none. */
export function loss(value: number | null): string {
  return value === null ? '-' : Number.isFinite(value) ? decimal(value, 3) : 'not a number';
}

/** 16086276 -> "16.1 MB". Powers of 1000, as disks are sold. */
export function bytes(value: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 99.95 ? Math.round(size) : size.toFixed(1)} ${units[unit] ?? ''}`;
}

/** 95 -> "1 min 35 s"; the two largest units that say something. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pair = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
    small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(seconds / 3600);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** The local time, to the minute: "2026-09-14 16:05". */
export function time(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`
  );
}

/** The encoding of a text; windows-1252 by the name that more people know, too. */
export function encodingName(encoding: string): string {
  return encoding.replace(/\bwindows-1252\b(?! \()/i, '$& (Latin-1)');
}

/** Why a run has another name than was asked for. */
export function nameTaken(wanted: string, name: string): string {
  return `There is a run "${visible(wanted)}" already: this one is called "${visible(name)}".`;
}

/** A value of a configuration as `--set` would take it. */
export function setting(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return JSON.stringify(value);
  return String(value);
}

/** (64, 100, 65), as Python prints a shape. */
export function shape(sizes: readonly number[]): string {
  return `(${sizes.join(', ')})`;
}

/** A text on one line with its line breaks and quotes visible, cut to a width. */
export function quoted(text: string, width: number): string {
  const whole = JSON.stringify(text);
  const characters = Array.from(whole);
  return characters.length <= width ? whole : `${characters.slice(0, Math.max(1, width - 2)).join('')}…"`;
}
