/** Processes of the benchmarks that talk in JSON lines. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const problemSchema = z.looseObject({ error: z.looseObject({}) });

export class JsonChild {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<unknown>;

  /**
   * @param args a script and what it takes
   * @param program what runs the script, Node by default
   */
  constructor(args: readonly string[], program = process.execPath) {
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    this.#name = basename(args[0] ?? program);
    this.#exited = once(child, 'exit');
    const end = (): void => void child.kill();
    process.once('exit', end); // a server would go on for ever
    child.once('exit', () => process.off('exit', end));
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('it could not be started');
    return this.#child.pid;
  }

  /** The next line; null at the end. */
  async next(): Promise<unknown> {
    const line = await this.#lines.next();
    return line.done === true ? null : JSON.parse(line.value);
  }

  /**
   * The next line.
   *
   * @throws Error that names the script, when it ended before or told a problem instead, whose words are on standard error already
   */
  async nextAs<Schema extends z.ZodType>(schema: Schema): Promise<z.output<Schema>> {
    const line = await this.next();
    const read = schema.safeParse(line);
    if (read.success) return read.data;
    if (line === null || problemSchema.safeParse(line).success) throw new Error(`${this.#name} came to no result`);
    throw new Error(`${this.#name} told something else:\n${z.prettifyError(read.error)}`);
  }

  /** Asks it to end, and gives the last thing it says. */
  async end(): Promise<unknown> {
    this.#child.kill('SIGTERM');
    const last = await this.next();
    await this.#exited;
    return last;
  }

  async exited(): Promise<void> {
    await this.#exited;
  }
}
