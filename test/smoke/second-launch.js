/* global window, document, setTimeout */
// Runs in the page of a second start on the same record: the run of the first and its text are there.
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

  const [run] = await request('runs:list', { archived: 'without' });
  if (run === undefined || run.name !== 'smoke' || run.status !== 'finished') {
    throw new Error('the run is not there: ' + JSON.stringify(run));
  }
  const { samples } = await request('samples:list', { id: run.id, origin: 'training', offset: 0, limit: 10 });
  if (samples.length === 0 || samples[0].text.length !== 60) throw new Error('its sample is not there');
  await pause(300);
  return { run: run.id, status: run.status, text: samples[0].text, page: document.body.innerText.slice(0, 200) };
})();
