/** `folio serve` as a person has it: what it prints, what it opens, how it ends. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, type FolioApp } from '../../../src/main/app.ts';
import type { CommandContext } from '../../../src/main/headless/context.ts';
import type { Interrupt, Io } from '../../../src/main/headless/io.ts';
import { Output } from '../../../src/main/headless/output/output.ts';
import { serveApp, type ServeChoices } from '../../../src/main/headless/serve/serve-app.ts';
import { builtPage } from '../../../src/main/headless/serve/built-page.ts';
import { USUAL_PORT } from '../../../src/main/headless/serve/usual-port.ts';
import { PRESETS } from '../../../src/shared/presets.ts';
import { FakeTrainer, READY } from '../../support/fake-trainer.ts';
import { enter } from '../../contract/websocket-transport.ts';
import { squeeze } from '../run-cli.ts';

let folder: string;
let app: FolioApp | null;
let trainer: FakeTrainer;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-serve-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  app = null;
  trainer = new FakeTrainer();
});

afterEach(() => {
  app?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Serving {
  readonly code: Promise<number>;
  readonly out: () => string;
  readonly err: () => string;
  readonly exits: number[];
  interrupt(cause?: Interrupt): void;
  /** The address that it printed. */
  address(): Promise<URL>;
}

function serve(choices: Partial<ServeChoices> = {}, json = false): Serving {
  let [out, err] = ['', ''];
  let listener: ((cause: Interrupt) => void) | null = null;
  const exits: number[] = [];
  const io: Io = {
    out: { write: (text) => ((out += text), true) },
    err: { write: (text) => ((err += text), true) },
    env: {},
    interactive: false,
    ask: () => Promise.resolve(''),
    onInterrupt: (listen) => {
      listener = listen;
      return () => (listener = null);
    },
    exit: (code) => void exits.push(code),
  };
  const context: CommandContext = {
    io,
    output: new Output(io, json),
    dataDir: undefined,
    open: async (mode) => (app = createApp({ dataDir: join(folder, 'data'), startTrainer: () => trainer, mode })),
    commandLine: (...words) => words.join(' '),
  };
  const code = serveApp(context, { port: 0, open: false, rendererDir: folder, ...choices });
  code.catch(() => undefined); // looked at by the test
  return {
    code,
    out: () => out,
    err: () => err,
    exits,
    interrupt: (cause = 'signal') => listener?.(cause),
    address: () => vi.waitFor(() => new URL(/http:\S+?#token=[\w-]+/.exec(out)?.[0] ?? '')),
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

async function train(): Promise<number> {
  const { id } = (await app?.corpora.builtin()) ?? expect.unreachable();
  const request = { preset: 'quick', corpusId: id, config: PRESETS.quick.config, engine: 'auto' } as const;
  const handle = (await app?.training.start(request, () => undefined)) ?? expect.unreachable();
  await trainer.received('train');
  trainer.say(READY);
  return handle.runId;
}

describe('folio serve', () => {
  it('prints the address with its token, and answers there until Ctrl-C', async () => {
    const serving = serve();
    const { hostname, port, hash, origin } = await serving.address();
    expect(hostname).toBe('127.0.0.1');
    expect(await enter({ origin, token: hash.slice('#token='.length) })).toMatch(/^folio-\d+=/);
    serving.interrupt();
    expect(await serving.code).toBe(130);
    expect(await answers(Number(port))).toBe(false);
    expect(serving.err()).toBe('');
    expect(serving.exits).toEqual([]);
  });

  it('says the same as JSON, an object a line', async () => {
    const serving = serve({}, true);
    const { href, port } = await serving.address();
    serving.interrupt();
    await serving.code;
    const lines = serving.out().trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { type: 'listening', address: href, port: Number(port) },
      { type: 'stopped' },
    ]);
  });

  it('saves a training before it ends, and offers to go on with it', async () => {
    const serving = serve();
    await serving.address();
    const run = await train();
    serving.interrupt();
    await trainer.received('stop');
    expect(squeeze(serving.err())).toContain(`Saving run ${run} and stopping. Ctrl-C again leaves at once.`);
    trainer.say({ type: 'ended', outcome: 'stopped', reason: '' });
    trainer.exit(0);
    expect(await serving.code).toBe(130);
    expect(app?.training.resumeOffer()).toMatchObject({ run });
    expect(app?.store.run(run).status).toBe('stopped');
  });

  it('leaves at once at the second Ctrl-C', async () => {
    const serving = serve();
    await serving.address();
    await train();
    serving.interrupt();
    await trainer.received('stop');
    expect(serving.exits).toEqual([]);
    serving.interrupt();
    expect(serving.exits).toEqual([130]);
    trainer.exit(null, 'SIGKILL');
    await serving.code;
  });

  it('opens the browser with a ticket, not with the token: others can read a command line', async () => {
    const opened: string[] = [];
    const serving = serve({ open: true, openBrowser: async (address) => void opened.push(address) });
    const { origin, hash } = await serving.address();
    await vi.waitFor(() => expect(opened).toHaveLength(1));
    const ticket = new URL(opened[0] ?? '');
    expect(ticket.origin).toBe(origin);
    expect(ticket.hash).not.toBe(hash);
    const token = ticket.hash.slice('#token='.length);
    expect(await enter({ origin, token })).not.toBe('');
    expect(await enter({ origin, token })).toBe('');
    serving.interrupt();
    await serving.code;
  });

  it('goes on when no browser can be opened', async () => {
    const serving = serve({ open: true, openBrowser: () => Promise.reject(new Error('no such program')) });
    await vi.waitFor(() => expect(squeeze(serving.err())).toContain('No browser could be opened (no such program).'));
    expect(await answers(Number((await serving.address()).port))).toBe(true);
    serving.interrupt();
    expect(await serving.code).toBe(130);
  });

  it('takes another port where the usual one is taken, and says so', async () => {
    const blocker = createServer()
      .listen(USUAL_PORT, '127.0.0.1')
      .on('error', () => undefined); // taken either way
    await new Promise((resolve) => blocker.once('listening', resolve).once('error', resolve));
    const serving = serve({ port: null });
    expect((await serving.address()).port).not.toBe(String(USUAL_PORT));
    expect(squeeze(serving.err())).toContain(`The usual port ${USUAL_PORT} is taken by another program`);
    serving.interrupt();
    await serving.code;
    app?.close();
    // The person's own choice is not changed for them.
    await expect(serve({ port: USUAL_PORT }).code).rejects.toMatchObject({ code: 'busy' });
    blocker.close();
  });

  it('says that another process has the record', async () => {
    const first = serve();
    await first.address();
    await expect(serve().code).rejects.toMatchObject({
      code: 'locked',
      hint: expect.stringContaining('--data') as string,
    });
    first.interrupt();
    await first.code;
  });
});

describe('the page', () => {
  const nowhere = (): string => join(folder, 'nowhere');

  it('is built where it is not there yet', async () => {
    const said: string[] = [];
    const made = await builtPage(
      (line) => said.push(line),
      nowhere(),
      async (_root, say) => {
        say('Building the app…');
        mkdirSync(nowhere());
        writeFileSync(join(nowhere(), 'index.html'), '');
        return null;
      },
    );
    expect([made, said]).toEqual([nowhere(), ['Building the app…']]);
    expect(
      await builtPage(
        () => undefined,
        nowhere(),
        () => expect.unreachable(),
      ),
    ).toBe(nowhere());
  });

  it('that cannot be built is told, with the way to build it', async () => {
    const hint = expect.stringContaining('npm run build') as string;
    const failing = builtPage(
      () => undefined,
      nowhere(),
      async () => 'vite is not there',
    );
    await expect(failing).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('vite is not there') as string,
      hint,
    });
    await expect(builtPage(() => undefined, nowhere(), null)).rejects.toMatchObject({ code: 'not-found', hint });
  });
});
