/* global window, document, setTimeout, ENGINE */
// What each launch's script begins with: the wire beside the page's own client, and patience.
// eslint-disable-next-line no-unused-vars -- the scripts that follow it in one file use it
const page = (() => {
  const waiting = new Map();
  const jobs = new Map();
  let last = 1e9; // far from the page's own numbers
  window.folio.onMessage((message) => {
    const take = waiting.get(message.id);
    if (take !== undefined) take(message);
    const heard = jobs.get(message.id);
    if (heard !== undefined) heard(message.delivery);
  });
  const request = (name, payload = {}) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, (message) =>
        message.type === 'answer' ? resolve(message.result) : reject(new Error(name + ': ' + message.error.message)),
      );
      window.folio.post({ type: 'request', id, name, payload });
    });
  /** A job's result. */
  const job = (name, payload) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      jobs.set(id, (delivery) => {
        if (delivery.kind === 'event') return;
        jobs.delete(id);
        if (delivery.kind === 'done') resolve(delivery.result);
        else reject(new Error(name + ': ' + JSON.stringify(delivery)));
      });
      window.folio.post({ type: 'subscribe', id, name, payload });
    });
  const until = async (what, condition) => {
    for (let i = 0; i < 200; i++) {
      const value = await condition();
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('waited too long for ' + what + '; the page says: ' + document.body.innerText.slice(0, 1000));
  };
  const check = (what, holds) => {
    if (!holds) throw new Error('it does not hold: ' + what);
  };
  /** A network that learns in seconds. */
  const config = (changes) => ({
    cell: 'gru',
    layers: 1,
    embeddingSize: 8,
    units: 8,
    dropout: 0,
    weightDrop: 0,
    sequenceLength: 20,
    batchSize: 16,
    batching: 'shuffled',
    carryState: false,
    epochs: 1,
    maxSteps: 20,
    minutes: 0,
    optimizer: 'adam',
    weightDecay: 0,
    learningRate: 0.01,
    schedule: 'constant',
    warmupSteps: 0,
    clipNorm: 0,
    precision: 'float32',
    validationFraction: 0,
    patience: 0,
    seed: 1,
    sampleEvery: 1,
    sampleLength: 60,
    prompts: ['ROMEO: '],
    temperatures: [1],
    saveEveryMinutes: 5,
    ...changes,
  });
  // What the runs compute with: named in a line before this one (scripts/lowered.ts).
  const engine = ENGINE;
  return { request, job, until, check, config, engine, text: () => document.body.innerText };
})();
