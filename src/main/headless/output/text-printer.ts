/** Generated texts as they grow: the first live, the others after it. */
import { visible } from './layout.ts';
import type { Output } from './output.ts';

export class TextPrinter {
  readonly #output: Output;
  readonly #prompt: string;
  readonly #texts: string[];
  #started = false;

  constructor(output: Output, prompt: string, count: number) {
    this.#output = output;
    this.#prompt = prompt;
    this.#texts = Array.from({ length: count }, () => '');
  }

  /** A stream has grown by `text`. The prompt is shown before its first piece. */
  grow(stream: number, text: string): void {
    this.#texts[stream] = (this.#texts[stream] ?? '') + text;
    if (stream !== 0) return;
    this.#start();
    this.#write(text);
  }

  /** Everything has been written: shows the texts that had to wait. Call once. */
  finish(): void {
    this.#start();
    this.#endLine(this.#texts[0] ?? '');
    const { dim } = this.#output.style;
    for (const [stream, text] of this.#texts.entries()) {
      if (stream === 0) continue;
      this.#separate(dim(`── ${stream + 1} of ${this.#texts.length} ──`));
      this.#write(this.#prompt + text);
      this.#endLine(text);
    }
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    const { dim } = this.#output.style;
    if (this.#texts.length > 1) this.#separate(dim(`── 1 of ${this.#texts.length} ──`));
    this.#write(this.#prompt);
  }

  #separate(line: string): void {
    if (!this.#output.json) this.#output.io.out.write(`${line}\n`);
  }

  #endLine(text: string): void {
    if (!text.endsWith('\n')) this.#write('\n');
  }

  /** A terminal is protected from control characters; a file or a pipe gets the text as it is. */
  #write(text: string): void {
    if (this.#output.json) return;
    this.#output.io.out.write(this.#output.io.out.isTTY === true ? visible(text) : text);
  }
}
