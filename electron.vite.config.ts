/**
 * How the desktop program is built (`npm run build`): main process and preload script by their entries, the page by its index.html, into
 * out/. Dependencies are bundled, so that a package of the program needs no node_modules but the two that bring native code.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import { recordPackages } from './scripts/package/bundled-packages.ts';
import { bindingVersionOf } from './src/main/engine/tensorflow/native-version.ts';

const root = import.meta.dirname;
const require = createRequire(import.meta.url);

/** Packages that find native code beside themselves. */
const NATIVE = ['better-sqlite3', 'webgpu'] as const;

export default defineConfig(({ command }) => ({
  main: {
    plugins: [recordPackages('main', root)],
    define: {
      __DEV_SERVER__: String(command === 'serve'),
      // A package has no native sources to hash: it says what its addon was compiled from as it was built.
      __BINDING_VERSION__: JSON.stringify(bindingVersionOf(resolve(root, 'src/main/engine/tensorflow/native'))),
    },
    resolve: {
      // TensorFlow.js's packages name another file for bundlers, without the default export that Node gives; the tests run Node's.
      alias: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu'].map((name) => ({
        find: new RegExp(`^${name}$`),
        replacement: require.resolve(name),
      })),
    },
    build: {
      outDir: resolve(root, 'out/main'),
      externalizeDeps: false,
      rolldownOptions: {
        external: [...NATIVE],
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
    plugins: [recordPackages('preload', root)],
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
    plugins: [svelte(), recordPackages('renderer', root)],
    build: {
      outDir: resolve(root, 'out/renderer'),
      minify: true,
      rolldownOptions: { input: resolve(root, 'src/renderer/index.html') },
    },
  },
}));
