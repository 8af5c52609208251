#!/usr/bin/env node
// The `folio` command. Plain JavaScript that runs on any Node from 18 on: Folio itself is TypeScript that Node 24 runs
// directly, so on an older Node this file starts the Node 24 that came with the checkout and stays out of its way.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (canRunFolio()) {
  await runHere();
} else {
  const node = bundledNode();
  if (node === null) {
    process.stderr.write(
      `folio: this is Node ${process.versions.node}; Folio needs Node 24 (22.18 at least).\n` +
        'Run `npm ci` in the checkout, which brings Node 24 along on Linux and Windows, or install Node 24 from nodejs.org.\n',
    );
    process.exitCode = 1;
  } else {
    runThere(node);
  }
}

/** Node 22.18 and later strip types by themselves. */
function canRunFolio() {
  return Number(process.versions.node.split('.')[0]) >= 22 && Boolean(process.features.typescript);
}

async function runHere() {
  dropExperimentalWarnings();
  // Types are stripped and modules compiled once, not at each start.
  module.enableCompileCache?.();
  const { runFromProcess } = await import('../src/main/headless/cli.ts');
  await runFromProcess(process.argv.slice(2));
}

/** Type stripping is announced as experimental by Node 22 and 23; that is no news to a person who trains a network. */
function dropExperimentalWarnings() {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === 'string' ? rest[0] : (rest[0]?.type ?? warning?.name);
    if (type !== 'ExperimentalWarning') emitWarning.call(process, warning, ...rest);
  };
}

/** The Node 24 that `npm ci` installed (an optional dependency), or null. */
function bundledNode() {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const names = { linux: 'linux', win32: 'win', darwin: 'darwin' };
  const inPackage = `node-${names[process.platform] ?? process.platform}-${process.arch}/bin/${file}`;
  for (const candidate of [join(root, 'node_modules', inPackage), join(root, 'node_modules/.bin', file)]) {
    if (existsSync(candidate)) return candidate;
  }
  return null;
}

function runThere(node) {
  // The channel lets the child notice when this process is killed, so that it does not train on unseen.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well: passing it on would make two of one.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(
      `folio: ${node} does not start: ${error.message}\nRun \`npm ci\` again, or install Node 24 from nodejs.org.\n`,
    );
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0)));
  });
}
