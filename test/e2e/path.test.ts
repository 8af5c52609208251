/** The whole path of a person through the real program: a network is trained, interrupted, compared, made to write, exported, deleted, brought back. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { decodeSafetensors } from '../../src/main/model/safetensors.ts';
import { ask } from './harness/contract.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { fillForm } from './harness/new-run-form.ts';
import { steps } from './harness/steps.ts';

const SHAKESPEARE = readFileSync(resolve(import.meta.dirname, '../../resources/corpora/shakespeare.txt'), 'utf8');
const NAME = 'The whole path';
// Enough that the training still goes on when a busy machine's page comes to pausing it.
const EPOCHS = 16;

describeInBrowser('from the first start to the second', () => {
  const all = EndToEnd.use();
  const step = steps();
  let folder = '';
  let window: FolioWindow;
  let run = 0;
  let weights: Uint8Array = new Uint8Array(0);
  let written = '';

  /** What the network wrote, without the prompt's own colour. */
  const textIn = (place: Locator): Locator => place.locator('[lang=""]').first();
  const statusIs = (status: string): Promise<void> => window.main.getByText(status, { exact: true }).first().waitFor();
  const openRun = async (): Promise<void> => {
    await window.go({ screen: 'run', run });
    await window.heading(NAME).waitFor();
  };
  /** The button has its shortcut behind its words. */
  const writeButton = (words: string): Locator =>
    window.page
      .getByRole('button')
      .filter({ has: window.page.locator('kbd'), hasText: new RegExp(`^\\s*${words}\\s+\\S+\\s+↵`) });
  const moreWithRun = async (item: string): Promise<void> => {
    await window.button(window.words.run.moreActions).click();
    await window.page.getByRole('menuitem', { name: item, exact: true }).click();
  };

  step('the first start shows a text to learn, and one button', async () => {
    folder = all.folder();
    await all.serve(folder);
    window = await all.window();
    const { first } = window.words.newRun;
    await window.heading(first.heading).waitFor();
    await window.main.getByText('Before we proceed any further, hear me speak.').waitFor();
    expect(await window.button(first.train).isEnabled()).toBe(true);
    expect(await window.main.getByText(window.words.shell.nothingLeaves).count()).toBeGreaterThan(0);
    await window.button(first.choose).click();
    await window.heading(window.words.newRun.title).waitFor();
  });

  step('a training with a text and settings of one’s own', async () => {
    await fillForm(window, {
      name: NAME,
      text: { name: 'tale', content: SHAKESPEARE.slice(0, 100_000) },
      units: 32,
      epochs: EPOCHS,
      sampleLength: 120,
    });
    await window.button(window.words.newRun.check.train).click();
    await window.heading(NAME).waitFor();
    run = Number(/#\/run\/(\d+)/.exec(window.page.url())?.[1]);
    expect(run).toBeGreaterThan(0);
    await window.strip.getByText(NAME).waitFor();
  });

  step('what it writes appears, epoch by epoch', async () => {
    const { words } = window;
    const text = window.page.getByRole('region', { name: words.run.text.title });
    // A busy machine's page may come to look when the first epochs are over.
    const heading = text.getByRole('heading', { name: /^Epoch \d+$/ });
    const shown = async (): Promise<number> => Number(/\d+/.exec(await heading.first().innerText())?.[0]);
    await heading.first().waitFor();
    const first = await shown();
    await expect.poll(async () => (await textIn(text).innerText()).length).toBeGreaterThan(100);
    await expect.poll(shown, { timeout: 30_000 }).toBeGreaterThan(first);
  });

  step('it is paused, and goes on', async () => {
    const { words } = window;
    await window.button(words.shell.pause, window.strip).click();
    await window.strip.getByText(words.common.phases.paused).waitFor();
    await statusIs(words.common.statuses.paused);
    const { step: at } = (await ask(window.page, 'training:live', {})) ?? { step: -1 };
    await window.picture('paused');
    expect((await ask(window.page, 'training:live', {}))?.step).toBe(at);
    await window.button(words.shell.goOn, window.strip).click();
    await statusIs(words.common.statuses.running);
    await expect.poll(async () => (await ask(window.page, 'training:live', {}))?.step ?? 0).toBeGreaterThan(at);
  });

  step('its process is killed: the run says that it was interrupted', async () => {
    const { words } = window;
    const [trainer] = all.folio.trainers('training');
    if (trainer === undefined) throw new Error('there is no process that trains');
    process.kill(trainer, 'SIGKILL');
    await statusIs(words.common.statuses.interrupted);
    await window.main.getByText(words.run.ending.interrupted).waitFor();
    // The program lives, and says what happened.
    expect((await ask(window.page, 'runs:show', { id: run })).statusReason).not.toBe('');
  });

  step('it is resumed, and finishes', async () => {
    const { words } = window;
    await window.button(words.run.resume, window.main).click();
    await statusIs(words.common.statuses.running);
    await statusIs(words.common.statuses.finished);
    const { epochs, checkpoints } = await ask(window.page, 'runs:show', { id: run });
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS }, (_, at) => at + 1));
    expect(epochs.every(({ complete }) => complete)).toBe(true);
    expect(epochs.at(-1)?.trainLoss).toBeLessThan(epochs[0]?.trainLoss ?? 0);
    expect(checkpoints.length).toBeGreaterThan(0);
  });

  step('two epochs are compared: other texts, and what differs is marked', async () => {
    const { words, page } = window;
    await window.button(words.run.compareEpochs, window.main).click();
    await window.heading(words.compare.title).waitFor();
    const panes = [words.compare.sides.left, words.compare.sides.right].map((name) =>
      page.getByRole('region', { name, exact: true }),
    );
    const texts = await Promise.all(panes.map((pane) => textIn(pane).innerText()));
    expect(texts[0]).not.toBe(texts[1]);
    for (const pane of panes) expect(await pane.locator('mark').count()).toBeGreaterThan(0);
    const [left] = panes;
    const before = (await left?.getByRole('heading', { level: 2 }).innerText()) ?? '';
    const handle = page.getByRole('slider', { name: words.compare.handle.left });
    await handle.press(before.includes('1') ? 'ArrowRight' : 'ArrowLeft');
    await expect.poll(() => left?.getByRole('heading', { level: 2 }).innerText()).not.toBe(before);
    await page.getByRole('figure').first().waitFor(); // the curves
  });

  step('the network writes, from a seed that is pinned', async () => {
    const { words, page } = window;
    await openRun();
    await window.button(words.run.generate, window.main).click();
    await window.heading(words.generate.title).waitFor();
    await page.getByLabel(words.generate.engine, { exact: true }).selectOption('wasm');
    await page.getByRole('textbox', { name: words.glossary.seed.term, exact: true }).fill('4321');
    await page.getByRole('textbox', { name: words.generate.length, exact: true }).fill('150');
    await page.getByRole('checkbox', { name: new RegExp(words.generate.seedPin) }).check();
    await writeButton(words.generate.write).click();
    await writeButton(words.generate.writeAgain).waitFor();
    const paper = page.locator('article[aria-busy]').locator('[lang=""]');
    const shown = await paper.innerText();
    expect(shown.length).toBeGreaterThan(150);
    await writeButton(words.generate.writeAgain).click();
    await expect
      .poll(async () => (await ask(page, 'samples:list', { id: run, origin: 'generate', offset: 0, limit: 10 })).total)
      .toBe(2);
    await writeButton(words.generate.writeAgain).waitFor();
    expect(await paper.innerText()).toBe(shown);
  });

  step('an earlier text is written again: the same, character for character', async () => {
    const { words, page } = window;
    const { samples } = await ask(page, 'samples:list', { id: run, origin: 'generate', offset: 0, limit: 10 });
    written = samples[0]?.text ?? '';
    expect(written).toHaveLength(150);
    expect(samples[1]?.text).toBe(written);
    const earlier = page.getByRole('region', { name: words.generate.earlier });
    await earlier.getByRole('radio', { name: words.generate.origins.training }).check();
    await window.button(words.generate.again, earlier).first().click();
    await earlier.getByText(words.generate.same).waitFor();
  });

  step('the weights are exported as a file that others can read', async () => {
    const { words, page } = window;
    await openRun();
    const download = page.waitForEvent('download');
    await moreWithRun(words.run.exportLast);
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/\.safetensors$/);
    weights = readFileSync(await file.path());
    const { arrays, metadata } = decodeSafetensors(weights);
    expect([...arrays.keys()]).toEqual(expect.arrayContaining(['embedding/embeddings', 'gru/kernel', 'dense/bias']));
    expect(arrays.get('gru/recurrent_kernel')?.shape).toEqual([32, 96]);
    expect(JSON.parse(metadata['config'] ?? '')).toMatchObject({ cell: 'gru', units: 32 });
  });

  step('and imported again: another run, that writes the same', async () => {
    const { words, page } = window;
    await window.railTo(words.shell.runs);
    const choosing = page.waitForEvent('filechooser');
    await window.button(words.history.importWeights).click();
    await (
      await choosing
    ).setFiles({
      name: 'from elsewhere.safetensors',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(weights),
    });
    await page.getByRole('row', { name: /from elsewhere/ }).waitFor();
    const runs = await ask(page, 'runs:list', { archived: 'without' });
    const imported = runs.find(({ name }) => name === 'from elsewhere')?.id ?? 0;
    expect(imported).toBeGreaterThan(run);
    // The same prompt, seed and settings with the weights that came back, on the same engine.
    const [sample] = (await ask(page, 'samples:list', { id: run, origin: 'generate', offset: 0, limit: 1 })).samples;
    if (sample === undefined) throw new Error('nothing was written before');
    await window.go({ screen: 'generate', run: imported, epoch: 'last' });
    await page.getByLabel(words.generate.engine, { exact: true }).selectOption('wasm');
    await page.getByRole('textbox', { name: words.generate.prompt, exact: true }).fill(sample.prompt);
    await page.getByRole('textbox', { name: words.glossary.seed.term, exact: true }).fill('4321');
    await page.getByRole('textbox', { name: words.generate.length, exact: true }).fill('150');
    const { temperature, topK, topP, minP } = sample.settings;
    for (const [name, value] of Object.entries({ temperature, topK, topP, minP })) {
      const { term } = words.glossary[name as 'temperature' | 'topK' | 'topP' | 'minP'];
      await page.getByRole('textbox', { name: term, exact: true }).fill(String(value));
    }
    await page.getByRole('checkbox', { name: new RegExp(words.generate.seedPin) }).check();
    await writeButton(`(${words.generate.write}|${words.generate.writeAgain})`).click();
    const ofImported = { id: imported, origin: 'generate', offset: 0, limit: 1 } as const;
    await expect.poll(async () => (await ask(page, 'samples:list', ofImported)).total, { timeout: 20_000 }).toBe(1);
    expect((await ask(page, 'samples:list', ofImported)).samples[0]?.text).toBe(written);
    await window.railTo(words.shell.runs);
  });

  step('weights that are dropped on the list are imported, what is none is told', async () => {
    const { words, page, main } = window;
    await page.evaluate(`{
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob('${Buffer.from(weights).toString('base64')}'), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], 'dropped.safetensors'));
      transfer.items.add(new File(['no weights at all'], 'broken.safetensors'));
      document.querySelector('main').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }`);
    await page.getByRole('row', { name: /dropped/ }).waitFor();
    await main.getByText(words.history.importFailed('broken.safetensors')).waitFor();
    await window.button(words.common.close, main).click();
    await main.getByText(words.history.importFailed('broken.safetensors')).waitFor({ state: 'detached' });
  });

  step('a run is deleted, and had back', async () => {
    const { words, page } = window;
    const row = page.getByRole('row', { name: /from elsewhere/ });
    await window.button(words.history.actionsOf('from elsewhere'), row).click();
    await page.getByRole('menuitem', { name: words.history.delete, exact: true }).click();
    await row.waitFor({ state: 'detached' });
    await window.button(words.common.undo, window.notices).click();
    await row.waitFor();
  });

  step('it is named and tagged anew', async () => {
    const { words, page } = window;
    const row = page.getByRole('row', { name: /from elsewhere/ });
    await window.button(words.history.actionsOf('from elsewhere'), row).click();
    await page.getByRole('menuitem', { name: words.history.rename, exact: true }).click();
    const field = page.getByRole('textbox', { name: words.history.nameOf });
    await field.fill('Came back');
    await field.press('Enter');
    const renamed = page.getByRole('row', { name: /Came back/ });
    await window.button(words.history.actionsOf('Came back'), renamed).click();
    await page.getByRole('menuitem', { name: words.history.editNotes, exact: true }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('textbox', { name: words.history.addTag }).fill('travelled');
    await window.button(words.history.add, sheet).click();
    await window.button(words.common.save, sheet).click();
    await renamed.getByText('travelled', { exact: true }).waitFor();
  });

  step('preferences are set', async () => {
    const { words, page } = window;
    await window.railTo(words.shell.settings);
    const theme = page.getByRole('group', { name: words.settings.theme });
    await theme.getByText(words.settings.themes.dark, { exact: true }).click();
    await expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await page.getByRole('slider', { name: words.settings.textSize }).press('ArrowRight');
    await expect.poll(async () => (await ask(page, 'preferences:get', {})).textSize).toBe(18);
  });

  step('the program is closed: the window says that it is gone', async () => {
    const { words, page } = window;
    window.expectProblem(/WebSocket|ERR_CONNECTION_REFUSED/);
    await all.stop();
    await page.getByRole('alertdialog').getByText(words.shell.lostTitle).waitFor();
    await all.closeWindows();
  });

  step('after the next start everything is still there', async () => {
    await all.serve(folder);
    window = await all.window();
    const { words, page } = window;
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await window.heading(words.history.title).waitFor();
    await page
      .getByRole('row', { name: /Came back/ })
      .getByText('travelled', { exact: true })
      .waitFor();
    await openRun();
    await statusIs(words.common.statuses.finished);
    const text = page.getByRole('region', { name: words.run.text.title });
    await text.getByRole('heading', { name: words.common.Epoch(EPOCHS) }).waitFor();
    await window.go({ screen: 'generate', run, epoch: 'last' });
    const { samples } = await ask(page, 'samples:list', { id: run, origin: 'generate', offset: 0, limit: 10 });
    expect(samples.map((sample) => sample.text)).toEqual([written, written]);
    expect(await ask(page, 'preferences:get', {})).toMatchObject({ theme: 'dark', textSize: 18 });
    expect(all.folio.connectionsSeen).toBeGreaterThan(0);
    expect(all.browserWatch.seen).toBeGreaterThan(0);
    expect(window.requestsSeen).toBeGreaterThan(0);
  });
});
