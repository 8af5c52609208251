// What Folio's main process uses of Electron and the old one lacks, beyond the kit's own shims, and what a smoke test needs that nobody
// watches. Prepended to the lowered program.
(() => {
  const processes = require('child_process');
  const { app, dialog } = require('electron');
  const { EventEmitter } = require('events');
  const fs = require('fs');
  const path = require('path');
  const { fileURLToPath } = require('url');
  const { enc, dec } = require('../e9/codec.cjs');

  // A newer Node reads no archive: what it runs lies beside it (the kit names its own files by where it is itself).
  const { fork } = processes;
  const beside = (file) => file.replace('/app.asar/', '/app.asar.unpacked/');
  processes.fork = (file, args, options) =>
    fork(beside(file), args, { ...options, execArgv: (options.execArgv || []).map(beside) });

  // Nobody may be root in a sandbox, and in a container there is nobody else.
  if (process.getuid() === 0) app.enableSandbox = () => undefined;
  app.on('session-created', (session) => {
    if (session.setSpellCheckerEnabled === undefined) session.setSpellCheckerEnabled = () => undefined;
  });

  // The end is a person's: windows close, the program is asked, and the first answer of a question is taken.
  const exit = app.exit.bind(app);
  app.exit = (code = 0) => (code === 0 ? app.quit() : exit(code));
  dialog.showMessageBox = async (...args) => {
    const { message, buttons } = args[args.length - 1];
    console.log(`[smoke] asked: ${message} -> ${buttons[0]}`);
    return { response: 0 };
  };
  // A person saves under the name that is suggested, beside the record, and opens what was saved.
  const chosen = path.join(path.dirname(process.env.FOLIO_DATA), 'chosen');
  let saved = '';
  dialog.showSaveDialog = async (...args) => {
    fs.mkdirSync(chosen, { recursive: true });
    saved = path.join(chosen, args[args.length - 1].defaultPath);
    return { canceled: false, filePath: saved };
  };
  dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [saved] });
  dialog.showErrorBox = (title, text) => {
    console.error(`[smoke] error box: ${title}: ${text}`);
    exit(1);
  };

  let windows = 0;
  app.on('browser-window-created', () => {
    if (++windows > 1) throw new Error('there is a second window');
  });
  const PREFERENCES = { sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true };
  app.on('web-contents-created', (_event, contents) => {
    contents.once('did-finish-load', () => {
      const set = contents.getLastWebPreferences();
      for (const [name, value] of Object.entries(PREFERENCES)) {
        if (set[name] !== value) throw new Error(`the window's preference ${name} is ${set[name]}`);
      }
    });
    // The page's attempts that are meant to fail say so in its console, and so does a package of a newer browser's selectors, which the old one
    // does not know (in a sheet, which can be used all the same); the kit would take that for a defect.
    const emit = contents.emit.bind(contents);
    contents.emit = (event, ...rest) => {
      const meant = /folio\.invalid|unsafe-eval|file:\/\/\/etc\/hostname|inline script|is not a valid selector/;
      return event === 'console-message' && meant.test(String(rest[2])) ? false : emit(event, ...rest);
    };
  });

  // The kit's stand-in for a newer Node-API knows one environment a process: a thread that opens the record becomes a process.
  require('worker_threads').Worker = class extends EventEmitter {
    constructor(file, { workerData = {} }) {
      super();
      this.closed = workerData.closed;
      const env = { ...process.env, SMOKE_WORKER_DATA: JSON.stringify(enc(workerData)) };
      delete env.LD_PRELOAD;
      this.child = processes.fork(typeof file === 'string' ? file : fileURLToPath(file), [], {
        execPath: process.env.SMOKE_NODE,
        execArgv: [],
        env,
        cwd: path.dirname(process.execPath),
      });
      this.child.on('message', (message) => this.emit('message', dec(message.e9)));
      this.child.on('exit', (code) => this.emit('exit', code));
      this.child.on('error', (error) => this.emit('error', error));
      process.on('exit', () => this.child.kill());
    }

    postMessage(message) {
      this.child.send({ e9: enc(message) });
      // No memory is shared with it: nobody waits for its last word.
      if (message.type === 'close' && this.closed !== undefined) Atomics.store(this.closed, 0, 1);
    }

    async terminate() {
      this.child.kill();
    }

    ref() {}
    unref() {}
  };
})();
