/** How every thread of Folio is started. */
import { setFlagsFromString } from 'node:v8';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * V8 keeps the WebAssembly code that it needs no more. Giving it back now and then fails a check in Node 24 where several threads share it
 * ("Check failed: jit_page.has_value()", in Runtime_TierUpWasmToJSWrapper's FreeCode), and the whole process ends with SIGTRAP. Every
 * thread has such code: Node's own, which reads CommonJS and strips types. It is small, and shared.
 */
const KEEP_WASM_CODE = '--no-wasm-code-gc';

/** @param entry the thread's program, see entryFile */
export function startThread(entry: URL, options: Omit<WorkerOptions, 'execArgv'> = {}): Worker {
  setFlagsFromString(KEEP_WASM_CODE);
  return new Worker(entry, { ...options, execArgv: [] }); // a debugger's port or a test runner's loader is this process's, not the thread's
}
