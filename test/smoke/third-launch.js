/* global page */
// After a quit in the middle of a training: it is offered, goes on from where it was saved, and stops; its weights write a text.
(async () => {
  const { request, job, until, check } = page;
  const offer = await request('training:resume-offer');
  check('the run is offered', offer !== null && offer.name === 'left under way');
  const saved = await request('runs:show', { id: offer.run });
  check('it was stopped, not cut off: ' + saved.statusReason, saved.status === 'stopped');
  const [checkpoint] = saved.checkpoints.slice(-1);
  check('it was saved', checkpoint !== undefined && checkpoint.step > 5);
  await request('training:resume', { id: offer.run, engine: page.engine });
  const live = await until('further steps', async () => {
    const now = await request('training:live');
    return now !== null && now.step > checkpoint.step ? now : null;
  });
  await request('training:stop', { id: offer.run });
  const ended = await until('the stop', async () => {
    const now = await request('runs:show', { id: offer.run });
    return now.status === 'stopped' ? now : null;
  });
  const settings = { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 1, length: 40, stop: '' };
  const written = await job('writing:write', {
    run: offer.run,
    epoch: 'last',
    engine: page.engine,
    prompt: 'ROMEO: ',
    unknown: 'refuse',
    settings,
    count: 1,
  });
  check('a text of 40 characters', written.samples.length === 1 && written.samples[0].text.length === 40);
  return {
    text: written.samples[0].text,
    offered: offer.name,
    savedAt: checkpoint.step,
    wentOnTo: live.step,
    status: ended.status,
  };
})();
