/* global page */
// After a quit in the middle of a training: it is offered, goes on from where it was saved, and stops.
(async () => {
  const { request, until, check } = page;
  const offer = await request('training:resume-offer');
  check('the run is offered', offer !== null && offer.name === 'left under way');
  const saved = await request('runs:show', { id: offer.run });
  check('it was stopped, not cut off: ' + saved.statusReason, saved.status === 'stopped');
  const [checkpoint] = saved.checkpoints.slice(-1);
  check('it was saved', checkpoint !== undefined && checkpoint.step > 5);
  await request('training:resume', { id: offer.run, engine: 'wasm' });
  const live = await until('further steps', async () => {
    const now = await request('training:live');
    return now !== null && now.step > checkpoint.step ? now : null;
  });
  await request('training:stop', { id: offer.run });
  const ended = await until('the stop', async () => {
    const now = await request('runs:show', { id: offer.run });
    return now.status === 'stopped' ? now : null;
  });
  return { offered: offer.name, savedAt: checkpoint.step, wentOnTo: live.step, status: ended.status };
})();
