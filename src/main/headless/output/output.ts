/** Where a command's words go: results to stdout, notices to stderr; with --json only JSON on stdout. */
import pc from 'picocolors';
import { asTyped } from '../command-line.ts';
import type { Io } from '../io.ts';
import { wrap } from './layout.ts';

export type Style = ReturnType<typeof pc.createColors>;

export class Output {
  readonly io: Io;
  readonly json: boolean;
  /** The folder that the person named, for the commands that are proposed. */
  readonly dataDir: string | undefined;
  /** For what goes to stdout. */
  readonly style: Style;
  /** For what goes to stderr. */
  readonly errorStyle: Style;

  constructor(io: Io, json: boolean, dataDir?: string) {
    this.io = io;
    this.json = json;
    this.dataDir = dataDir;
    this.style = pc.createColors(wantsColor(io, io.out.isTTY === true));
    this.errorStyle = pc.createColors(wantsColor(io, io.err.isTTY === true));
  }

  /** Columns of the terminal; 80 when there is none, so that what is piped looks the same everywhere. */
  get width(): number {
    const columns = this.io.out.columns ?? Number(this.io.env['COLUMNS'] ?? 0);
    return columns > 0 ? Math.max(20, columns) : 80;
  }

  /** Whether lines on stdout can be redrawn. */
  get live(): boolean {
    return !this.json && this.io.out.isTTY === true && this.io.env['TERM'] !== 'dumb';
  }

  /** A line (or several) of the result. Silent with --json. */
  say(text = ''): void {
    if (!this.json) this.io.out.write(`${text}\n`);
  }

  /** A paragraph of the result, broken to the width. */
  sayWrapped(text: string, indent = ''): void {
    this.say(wrap(this.typed(text), Math.min(this.width, 100), indent));
  }

  /** Commands in a text ("`folio resume 3`") as the person would type them. */
  typed(text: string): string {
    return asTyped(text, this.io, this.dataDir);
  }

  /** A notice: never part of the result. */
  note(text: string): void {
    this.io.err.write(`${wrap(this.typed(text), Math.min(this.width, 100))}\n`);
  }

  /** One JSON value on a line of its own. */
  write(value: unknown): void {
    this.io.out.write(`${JSON.stringify(value)}\n`);
  }
}

/** The conventions of no-color.org and FORCE_COLOR. */
function wantsColor(io: Io, isTty: boolean): boolean {
  if ((io.env['NO_COLOR'] ?? '') !== '') return false;
  const force = io.env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTty && io.env['TERM'] !== 'dumb';
}
