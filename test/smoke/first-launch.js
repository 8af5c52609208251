/* global window, document, setTimeout */
// Runs in the lowered app's page: the wire answers, a short training runs in the utility process, its text can be read back.
(async () => {
  const waiting = new Map();
  let last = 1e9; // far from the page's own numbers
  window.folio.onMessage((message) => {
    const take = waiting.get(message.id);
    if (take !== undefined) take(message);
  });
  const request = (name, payload) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, (message) =>
        message.type === 'answer' ? resolve(message.result) : reject(new Error(name + ': ' + message.error.message)),
      );
      window.folio.post({ type: 'request', id, name, payload });
    });
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  const info = await request('app:info', {});
  const preferences = await request('preferences:get', {});
  const corpora = await request('corpora:list', {});
  const shakespeare = corpora[0] || (await request('corpora:builtin', {}));
  const config = {
    cell: 'gru',
    layers: 1,
    embeddingSize: 8,
    units: 8,
    dropout: 0,
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
  };
  const { run } = await request('training:start', {
    name: 'smoke',
    preset: 'quick',
    corpusId: shakespeare.id,
    config,
    engine: 'wasm',
  });
  let shown = await request('runs:show', { id: run });
  while (['queued', 'running', 'stopping'].includes(shown.status)) {
    await pause(200);
    shown = await request('runs:show', { id: run });
  }
  if (shown.status !== 'finished') throw new Error('the training ended as ' + shown.status + ': ' + shown.statusReason);
  const { samples } = await request('samples:list', { id: run, origin: 'training', offset: 0, limit: 10 });
  const text = samples[0].text;
  if (typeof text !== 'string' || text.length !== 60) throw new Error('the sample is ' + JSON.stringify(samples));
  return {
    info,
    language: preferences.language,
    run,
    status: shown.status,
    steps: shown.steps,
    text,
    page: document.body.innerText.slice(0, 800),
  };
})();
