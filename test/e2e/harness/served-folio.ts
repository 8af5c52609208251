/** The real program, served: `folio serve` as a process of its own, with its record in a folder, watched while it runs. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { allGone, FolioProcess } from '../../crash/folio-process.ts';
import { commandLine, ConnectionWatch, processTree } from './connections.ts';

const listening = z.object({ type: z.literal('listening'), address: z.string(), port: z.number() });
const END_MS = 20_000;

export class ServedFolio {
  readonly dataDir: string;
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  readonly #process: FolioProcess;
  readonly #watch: ConnectionWatch;
  readonly #outbound: string;

  private constructor(
    process: FolioProcess,
    dataDir: string,
    { address, port }: z.infer<typeof listening>,
    outbound: string,
  ) {
    this.#process = process;
    this.dataDir = dataDir;
    this.address = address;
    this.port = port;
    this.pid = process.pid;
    this.#watch = new ConnectionWatch(process.pid);
    this.#outbound = outbound;
  }

  /** Rejects with what the program said when it does not come up. */
  static async start(dataDir: string): Promise<ServedFolio> {
    const outbound = join(dataDir, 'outbound.txt');
    const hook = pathToFileURL(join(import.meta.dirname, 'outbound-hook.ts')).href;
    const process = new FolioProcess(dataDir, ['serve', '--port', '0'], {
      NODE_OPTIONS: `--import=${hook}`,
      FOLIO_TEST_OUTBOUND: outbound,
    });
    if (!(await process.wrote(1))) throw new Error(`folio serve ended at once: ${(await process.ended).stderr}`);
    return new ServedFolio(process, dataDir, listening.parse(JSON.parse(process.lines[0] ?? '')), outbound);
  }

  /** The running processes that own tensors, by what they were started for. */
  trainers(purpose: 'training' | 'generation'): number[] {
    return processTree(this.pid).filter((pid) =>
      new RegExp(`trainer/entry\\.[jt]s ${purpose}\\b`).test(commandLine(pid)),
    );
  }

  /** What led away from this machine since the start, in words: open sockets, and connections and names asked for by Node. */
  strangers(): readonly string[] {
    this.#watch.look();
    let asked: readonly string[] = [];
    try {
      asked = readFileSync(this.#outbound, 'utf8').split('\n').filter(Boolean);
    } catch {
      // Nothing was asked for.
    }
    return [...this.#watch.strangers, ...asked.filter((line) => !/ (127\.0\.0\.1|localhost|::1)$/.test(line))];
  }

  /** How many connections the watch has seen: none would mean that it is blind. */
  get connectionsSeen(): number {
    return this.#watch.seen;
  }

  /** As Ctrl-C: what trains is saved. Resolves when the process and all its children are gone. */
  async stop(): Promise<void> {
    this.#watch.close();
    const tree = processTree(this.pid);
    this.#process.interrupt();
    const timer = setTimeout(() => this.#process.kill(), END_MS);
    const { stderr } = await this.#process.ended;
    clearTimeout(timer);
    await allGone(tree, END_MS);
    rmSync(this.#outbound, { force: true });
    if (/failed that should not|Error:/.test(stderr)) throw new Error(`folio serve complained: ${stderr}`);
  }
}
