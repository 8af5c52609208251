/* global page, location */
// A fresh record: the wire answers, a short training runs in the utility process, its text can be read back.
(async () => {
  const { request, until, check, config } = page;
  const info = await request('app:info');
  check('it is the desktop', info.host === 'desktop');
  const { language } = await request('preferences:get');
  const [shakespeare] = await request('corpora:list');
  const { run } = await request('training:start', {
    name: 'smoke',
    preset: 'quick',
    corpusId: shakespeare.id,
    config: config({}),
    engine: page.engine,
  });
  const shown = await until('the end of the training', async () => {
    const now = await request('runs:show', { id: run });
    return ['queued', 'running', 'stopping'].includes(now.status) ? null : now;
  });
  if (shown.status !== 'finished') throw new Error('it ended as ' + shown.status + ': ' + shown.statusReason);
  const { samples } = await request('samples:list', { id: run, origin: 'training', offset: 0, limit: 10 });
  check('a sample of 60 characters', samples[0].text.length === 60);
  // White space is the layout's business.
  const plain = (text) => text.replace(/\s+/g, '');
  location.hash = '#/compare?left=' + run + ':1&right=' + run + ':1';
  await until('the sample on the screen', () => plain(page.text()).includes(plain(samples[0].text)));
  return { info, language, run, status: shown.status, text: samples[0].text };
})();
