// The lowered program's thread, which runs as a process of a newer Node (see old-electron.cjs): what a thread has of its main thread.
(() => {
  const { EventEmitter } = require('node:events');
  const threads = require('node:worker_threads');
  const { enc, dec } = require('../../e9/codec.cjs');
  const port = new EventEmitter();
  port.postMessage = (message) => process.send({ e9: enc(message) });
  port.close = () => process.disconnect();
  // Like a thread's, the port keeps the process only while something listens.
  const hear = (message) => port.emit('message', dec(message.e9));
  port.on('newListener', (name) => {
    if (name === 'message' && port.listenerCount('message') === 0) process.on('message', hear);
  });
  port.on('removeListener', (name) => {
    if (name === 'message' && port.listenerCount('message') === 0) process.off('message', hear);
  });
  threads.parentPort = port;
  threads.workerData = dec(JSON.parse(process.env.SMOKE_WORKER_DATA));
})();
