// The lowered program's thread, which runs as a process of a newer Node (see old-electron.cjs): what a thread has of its main thread.
(() => {
  const { EventEmitter } = require('node:events');
  const threads = require('node:worker_threads');
  const { enc, dec } = require('../../e9/codec.cjs');
  const port = new EventEmitter();
  port.postMessage = (message) => process.send({ e9: enc(message) });
  port.close = () => process.disconnect();
  process.on('message', (message) => port.emit('message', dec(message.e9)));
  threads.parentPort = port;
  threads.workerData = dec(JSON.parse(process.env.SMOKE_WORKER_DATA));
})();
