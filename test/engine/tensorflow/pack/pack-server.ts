/** A web server on this computer that has a pack's files and misbehaves as it is told; and small packs with hashes of their own. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pack, PackFile } from '../../../../src/main/engine/tensorflow/pack/pinned.ts';
import { zip } from '../fakes.ts';

/** What the server does when a file is asked for. */
export type Manner =
  /** `other`: the right number of bytes, but others. */
  | { readonly does: 'gives'; readonly other?: Buffer }
  | { readonly does: 'knows no ranges' }
  /** Promises all, and breaks the connection off before the first byte. */
  | { readonly does: 'breaks off' }
  /** Sends so many bytes of the answer and then nothing more, until it is cut. */
  | { readonly does: 'falls silent'; readonly after: number }
  /** Never answers. */
  | { readonly does: 'is silent' }
  | { readonly does: 'answers'; readonly status: number; readonly location?: string }
  /** Its file has these bytes, and says so honestly. */
  | { readonly does: 'has'; readonly bytes: Buffer; readonly announced?: boolean };

export interface Asked {
  readonly file: string;
  readonly range: string | undefined;
}

export class PackServer {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  #port = 0;
  readonly #silent = new Set<ServerResponse>();
  readonly #files = new Map<string, Buffer>();
  /** By file, one an answer; the last goes on. */
  readonly #manners = new Map<string, Manner[]>();

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(files: ReadonlyMap<string, Buffer>): Promise<PackServer> {
    const server = new PackServer();
    for (const [name, bytes] of files) server.#files.set(name, bytes);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    server.#port = (server.#server.address() as AddressInfo).port;
    return server;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** The folder with the files. */
  get address(): string {
    return `http://${this.host}/cuda/`;
  }

  /** How it treats a file from now on. */
  is(file: PackFile, ...manners: readonly Manner[]): void {
    this.#manners.set(file.name, [...manners]);
  }

  /** Breaks the connections off that have fallen silent: by then the other side has all that was sent, which it may else throw away. */
  cut(): void {
    for (const response of this.#silent) response.destroy();
    this.#silent.clear();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const file = decodeURIComponent((request.url ?? '').replace(/^\/(cuda|moved)\//, ''));
    const { range } = request.headers;
    this.asked.push({ file, range });
    const manners = this.#manners.get(file) ?? [];
    const manner: Manner = (manners.length > 1 ? manners.shift() : manners[0]) ?? { does: 'gives' };
    const bytes = this.#files.get(file) ?? Buffer.alloc(0);
    switch (manner.does) {
      case 'gives':
        return send(response, manner.other ?? bytes, range);
      case 'knows no ranges':
        return send(response, bytes, undefined);
      case 'has':
        return manner.announced === false ? chunked(response, manner.bytes) : send(response, manner.bytes, range);
      case 'answers':
        response.writeHead(manner.status, manner.location === undefined ? {} : { location: manner.location });
        return void response.end('no file');
      case 'is silent':
        return;
      case 'breaks off':
        begin(response, bytes, range);
        return void response.write('', () => response.destroy());
      case 'falls silent': {
        const from = begin(response, bytes, range);
        this.#silent.add(response);
        return void response.write(bytes.subarray(from, from + manner.after));
      }
    }
  }
}

function send(response: ServerResponse, bytes: Buffer, range: string | undefined): void {
  const from = begin(response, bytes, range);
  response.end(bytes.subarray(from));
}

function chunked(response: ServerResponse, bytes: Buffer): void {
  response.writeHead(200, { 'transfer-encoding': 'chunked' });
  response.end(bytes);
}

/** The head of an answer; where its body begins. */
function begin(response: ServerResponse, bytes: Buffer, range: string | undefined): number {
  const from = range === undefined ? null : Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? Number.NaN);
  if (from === null) {
    response.writeHead(200, { 'content-length': bytes.length });
    return 0;
  }
  if (from >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` });
    return bytes.length;
  }
  response.writeHead(206, {
    'content-length': bytes.length - from,
    'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
  });
  return from;
}

export interface FakePack {
  readonly pack: Pack;
  /** By name. */
  readonly wheels: ReadonlyMap<string, Buffer>;
  /** TensorFlow's wheel, cuBLAS's and cuSOLVER's. */
  readonly tensorflow: PackFile;
  readonly cublas: PackFile;
  readonly cusolver: PackFile;
}

/** So large that a download has several pieces. */
const LARGE = 300_000;

/** Three small wheels laid out like the real ones. */
export function fakePack(): FakePack {
  const core = 'c'.repeat(LARGE);
  const wheels = {
    'tensorflow-9.9.9-cp312-cp312-test.whl': {
      'tensorflow/libtensorflow_cc.so.2': core,
      'tensorflow/libtensorflow_framework.so.2': 'f'.repeat(700),
      'tensorflow/include/tensorflow/c/c_api.h': '// not needed',
      'tensorflow-9.9.9.dist-info/licenses/LICENSE': 'Apache',
    },
    'nvidia_cublas_cu12-9.9.9-py3-none-test.whl': {
      'nvidia/__init__.py': '',
      'nvidia/cublas/lib/libcublas.so.12': 'b'.repeat(LARGE),
      'nvidia/cublas/lib/libcublas_static.a': 'not needed',
      'nvidia/cublas/include/cublas.h': '// not needed',
      'nvidia/cuda_nvcc/bin/ptxas': 'a program',
      'nvidia_cublas_cu12-9.9.9.dist-info/License.txt': "NVIDIA's",
    },
    'nvidia_cusolver_cu12-9.9.9-py3-none-test.whl': { 'nvidia/cusolver/lib/libcusolver.so.11': 's'.repeat(900) },
  };
  const made = new Map(Object.entries(wheels).map(([name, entries]) => [name, zip(entries)]));
  const [tensorflow, cublas, cusolver] = [...made].map(([name, bytes]): PackFile => ({
    name,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  if (tensorflow === undefined || cublas === undefined || cusolver === undefined) throw new Error('three wheels');
  const pack: Pack = {
    id: '2.21.0-cuda-linux-x64',
    version: '9.9.9',
    wheelSha256: tensorflow.sha256,
    files: [tensorflow, cublas, cusolver],
    libraries: [
      { path: 'tensorflow/libtensorflow_cc.so.2', bytes: LARGE },
      { path: 'tensorflow/libtensorflow_framework.so.2', bytes: 700 },
    ],
    unpackedBytes: 2 * LARGE + 1700,
  };
  return { pack, wheels: made, tensorflow, cublas, cusolver };
}
