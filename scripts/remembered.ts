/** Why something could not be had, kept for a day, so that not every start tries, and waits, anew. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const RETRY_MS = 24 * 60 * 60 * 1000;

const schema = z.object({ at: z.number(), node: z.string(), reason: z.string() });

export class Remembered {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  read(): string | null {
    try {
      const { at, node, reason } = schema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
      const age = Date.now() - at;
      return node === process.version && age >= 0 && age < RETRY_MS ? reason : null;
    } catch {
      return null; // there is none, or none that can be read
    }
  }

  write(reason: string): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify({ at: Date.now(), node: process.version, reason }));
  }

  forget(): void {
    rmSync(this.#file, { force: true });
  }
}
