/* global page, window, document, fetch, location, navigator, Notification */
// The same record: the run is there. The page is locked in. A training is left under way: quitting asks, saves, and remembers.
(async () => {
  const { request, until, check, config } = page;
  const [run] = await request('runs:list', { archived: 'without' });
  check('the run is there', run !== undefined && run.name === 'smoke' && run.status === 'finished');
  const { samples } = await request('samples:list', { id: run.id, origin: 'training', offset: 0, limit: 10 });
  check('its sample is there', samples.length > 0 && samples[0].text.length === 60);

  check('no Node in the page', typeof window.require === 'undefined' && typeof window.process === 'undefined');
  check('a bridge of three', Object.keys(window.folio).sort().join() === 'adopt,onMessage,post');
  window.open('https://folio.invalid/'); // a second window fails the launch (lowered/old-electron.cjs)
  const fails = async (work) => {
    try {
      await work();
      return false;
    } catch {
      return true;
    }
  };
  check('no network', await fails(() => fetch('https://folio.invalid/')));
  check('no files', await fails(() => fetch('file:///etc/hostname')));
  check('no code from text', await fails(() => new Function('return 1')()));
  const script = document.createElement('script');
  script.textContent = 'window.intruder = "folio.invalid"';
  document.head.append(script);
  check('no script in the page', window.intruder === undefined);
  check('no notifications', (await Notification.requestPermission()) === 'denied');
  check('no camera', await fails(() => navigator.mediaDevices.getUserMedia({ video: true })));
  location.href = 'https://folio.invalid/';
  await until('nothing to happen', () => true);
  check('no other page', location.href.startsWith('app://folio/index.html'));
  const refusal = await request('files:release', { handle: '/etc/passwd' }).then(
    () => null,
    (error) => error.message,
  );
  check('payloads are checked', refusal !== null && refusal.includes('does not fit'));

  const [shakespeare] = await request('corpora:list');
  const started = await request('training:start', {
    name: 'left under way',
    preset: 'quick',
    corpusId: shakespeare.id,
    config: config({ epochs: 1000, maxSteps: 0 }),
    engine: page.engine,
  });
  const live = await until('the first steps', async () => {
    const now = await request('training:live');
    return now !== null && now.step > 5 ? now : null;
  });
  return { run: run.id, text: samples[0].text, left: started.run, step: live.step };
})();
