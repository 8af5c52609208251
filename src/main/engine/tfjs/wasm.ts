/** Loads tfjs's WebAssembly backend into this process, and finds out why when it cannot. */
import type { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { FolioError } from '../../../shared/errors.ts';
import type { TensorOps } from '../tensor-ops.ts';
import { createTfjsOps, type TfjsContext } from './ops.ts';
import { WasmOps } from './wasm-ops.ts';

const BINARY = 'tfjs-backend-wasm-simd.wasm';
let context: Promise<{ readonly wasm: BackendWasm; readonly shared: TfjsContext }> | null = null;

/**
 * Loads WebAssembly kernels into this process; nothing of tfjs is loaded before. Every call returns an engine with its own
 * tensors on the one backend that tfjs allows.
 * @throws FolioError 'engine' when the files are missing, damaged, or refused by this machine.
 */
export async function openWasm(): Promise<TensorOps> {
  const { wasm, shared } = await openContext();
  return new WasmOps(shared, wasm);
}

/** The same backend through tfjs's kernels alone: what WasmOps is tested and measured against. */
export async function openPlainWasm(): Promise<TensorOps> {
  return createTfjsOps((await openContext()).shared);
}

/** For a diagnosis: where its files are, without loading them. */
export function wasmDetails(): Readonly<Record<string, string>> {
  return { folder: binaryFolder() };
}

function openContext(): NonNullable<typeof context> {
  context ??= load().catch((error: unknown) => {
    context = null; // what is missing may be there at the next try
    throw error;
  });
  return context;
}

async function load(): Promise<{ wasm: BackendWasm; shared: TfjsContext }> {
  const folder = binaryFolder();
  await checkBinary(folder);
  const listenersBefore = EXIT_EVENTS.map((event) => exitEvents.listeners(event));
  try {
    const tf = (await import('@tensorflow/tfjs-core')).default;
    tf.env().set('PROD', true); // no banners
    const wasm = (await import('@tensorflow/tfjs-backend-wasm')).default;
    wasm.setWasmPaths(folder + path.sep);
    if (!(await tf.setBackend('wasm'))) throw new Error('tfjs did not accept the backend');
    const backend = tf.backend();
    if (!(backend instanceof wasm.BackendWasm)) throw new Error(`tfjs opened ${tf.getBackend()} in its place`);
    const threads = wasm.getThreadsCount();
    const library = `TensorFlow.js ${wasm.version_wasm}`;
    const device = `WebAssembly SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'} (${library})`;
    return { wasm: backend, shared: { tf, backend, backendName: 'wasm', device } };
  } catch (error) {
    throw unusable(`the wasm engine could not start: ${messageOf(error)}`, error);
  } finally {
    removeEmscriptenListeners(listenersBefore);
  }
}

const EXIT_EVENTS = ['uncaughtException', 'unhandledRejection'];
/** `process`, whose own type knows each event only with its own listener. */
const exitEvents: EventEmitter = process;

/** Emscripten adds handlers that throw again whatever they get; what happens then is the program's to decide. */
function removeEmscriptenListeners(before: readonly (readonly unknown[])[]): void {
  EXIT_EVENTS.forEach((event, i) => {
    for (const listener of exitEvents.listeners(event)) {
      // Somebody else may have added one in the meantime.
      const isEmscriptens = !before[i]?.includes(listener) && /\bthrow (ex|reason)\b/.test(String(listener));
      if (isEmscriptens) exitEvents.removeListener(event, listener as () => void);
    }
  });
}

function binaryFolder(): string {
  try {
    return path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  } catch (error) {
    throw unusable('the package of the wasm engine is missing: @tensorflow/tfjs-backend-wasm', error);
  }
}

/**
 * Looks at the WebAssembly file in this folder before emscripten does, which would abort without a reason.
 * @throws FolioError 'engine' when it is missing or damaged.
 */
export async function checkBinary(folder: string): Promise<void> {
  const file = path.join(folder, BINARY);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw unusable(`a file of the wasm engine cannot be read: ${messageOf(error)}`, error);
  }
  // The types of ES2024 and of Node leave WebAssembly to those of the browser.
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { validate(bytes: Uint8Array): boolean } };
  if (!WebAssembly.validate(bytes)) {
    throw unusable(`a file of the wasm engine is damaged, or this Node cannot run WebAssembly SIMD: ${file}`);
  }
}

function unusable(message: string, cause?: unknown): FolioError {
  return new FolioError('engine', message, 'Install the dependencies again: npm ci', { cause });
}

function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
