/**
 * How the desktop program is built (`npm run build`): main process and preload script by their entries, the page by its index.html, into
 * out/. Dependencies of the main process stay packages; those of the page are bundled into it.
 */
import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

const root = import.meta.dirname;

export default defineConfig(({ command }) => ({
  main: {
    define: { __DEV_SERVER__: String(command === 'serve') },
    build: {
      outDir: resolve(root, 'out/main'),
      rolldownOptions: {
        // Besides the program itself what it starts: each is found by this name (src/main/program-files.ts, entryFile).
        input: {
          main: resolve(root, 'src/main/desktop/main.ts'),
          'trainer/entry': resolve(root, 'src/main/trainer/entry.ts'),
          'engine/wasm/thread': resolve(root, 'src/main/engine/wasm/thread.ts'),
          'services/bundle-worker': resolve(root, 'src/main/services/bundle-worker.ts'),
          'services/exchange-worker': resolve(root, 'src/main/services/exchange-worker.ts'),
          'store/copy-worker': resolve(root, 'src/main/store/copy-worker.ts'),
          'store/checkpoint-read-worker': resolve(root, 'src/main/store/checkpoint-read-worker.ts'),
          'store/checkpoint-worker': resolve(root, 'src/main/store/checkpoint-worker.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      outDir: resolve(root, 'out/preload'),
      // A sandboxed preload script is one CommonJS file with everything inside.
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: resolve(root, 'src/preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'src/renderer'),
    plugins: [svelte()],
    build: {
      outDir: resolve(root, 'out/renderer'),
      minify: true,
      rolldownOptions: { input: resolve(root, 'src/renderer/index.html') },
    },
  },
}));
