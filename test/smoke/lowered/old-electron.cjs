/* global __dirname */
// What Folio's main process uses of Electron and the old one lacks, beyond the kit's own shims. Prepended to the lowered program.
(() => {
  const { fork } = require('child_process');
  const { app } = require('electron');
  const { EventEmitter } = require('events');
  const path = require('path');
  const { fileURLToPath } = require('url');
  const { enc, dec } = require('../e9/codec.cjs');

  // Nobody may be root in a sandbox, and in a container there is nobody else.
  if (process.getuid() === 0) app.enableSandbox = () => undefined;
  app.on('session-created', (session) => {
    if (session.setSpellCheckerEnabled === undefined) session.setSpellCheckerEnabled = () => undefined;
  });

  // The kit's stand-in for a newer Node-API knows one environment a process: a thread that opens the record becomes a process.
  require('worker_threads').Worker = class extends EventEmitter {
    constructor(file, { workerData }) {
      super();
      this.closed = workerData.closed;
      const env = { ...process.env, SMOKE_WORKER_DATA: JSON.stringify(enc(workerData)) };
      delete env.LD_PRELOAD;
      this.child = fork(typeof file === 'string' ? file : fileURLToPath(file), [], {
        execPath: process.env.SMOKE_NODE,
        execArgv: [],
        env,
        cwd: path.join(__dirname, '..'),
      });
      this.child.on('message', (message) => this.emit('message', dec(message.e9)));
      this.child.on('exit', (code) => this.emit('exit', code));
      this.child.on('error', (error) => this.emit('error', error));
      process.on('exit', () => this.child.kill());
    }

    postMessage(message) {
      this.child.send({ e9: enc(message) });
      // No memory is shared with it: nobody waits for its last word.
      if (message.type === 'close') Atomics.store(this.closed, 0, 1);
    }

    async terminate() {
      this.child.kill();
    }

    ref() {}
    unref() {}
  };
})();
