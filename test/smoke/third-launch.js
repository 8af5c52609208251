/* global page */
// After a quit in the middle of a training: it is offered, goes on from where it was saved, and stops; its weights write a text. Then a run
// goes into a file and comes back, and the whole record into a backup, which takes its place.
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
  const runs = await request('runs:list', { archived: 'all' });
  const epochs = ended.checkpoints.length;
  const toRun = await request('files:save', { kind: 'bundle', suggestedName: 'smoke.folio' });
  const exported = await job('runs:export-bundle', { id: ended.id, all: true, text: true, file: toRun.handle });
  check('a whole run in a file', exported.damage === 0 && !exported.replaced);
  const fromRun = await request('files:open', { kind: 'bundle' });
  const imported = await job('runs:import-bundle', { file: fromRun.handle, copy: true });
  check('the run from the file', imported.kind === 'imported');
  const copy = await request('runs:show', { id: imported.run });
  check('with all its weights', copy.checkpoints.length === epochs && copy.step === ended.step);

  const toBackup = await request('files:save', { kind: 'record', suggestedName: 'smoke.db' });
  const backup = await job('record:backup', { file: toBackup.handle });
  check('a backup of everything', backup.runs === runs.length + 1 && backup.damage === 0);
  await request('runs:delete', { ids: [imported.run] });
  const fromBackup = await request('files:open', { kind: 'record' });
  const examined = await job('record:examine-backup', { file: fromBackup.handle });
  check('the backup is whole', examined.runs === backup.runs && examined.damage === 0);
  const restored = await job('record:restore', { file: fromBackup.handle });
  check('it took the place of the record', restored.isRestored && restored.runs === backup.runs);
  await until('the sheet that asks to start again', () => page.text().includes(restored.kept));
  return {
    runs: restored.runs,
    kept: restored.kept !== null,
    text: written.samples[0].text,
    offered: offer.name,
    savedAt: checkpoint.step,
    wentOnTo: live.step,
    status: ended.status,
  };
})();
