/** Comparing: what the panes show is what the record has, playing, marks, the overlaid curves, the table, and the files that are saved of them. */
import { readFileSync } from 'node:fs';
import type { Download } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/main/store/open.ts';
import { CONFIG_KEYS } from '../../src/shared/config.ts';
import type { RunDetail } from '../../src/shared/domain.ts';
import type { CompareRoute } from '../../src/renderer/lib/routes.ts';
import { CompareScreen, type Side } from './harness/compare-screen.ts';
import { ask } from './harness/contract.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { addRun, addText, FULL, makeFullRecord } from './harness/made-record.ts';
import { countColours } from './harness/pictures.ts';

const SIDES: readonly Side[] = ['left', 'right'];
/** Of the run whose texts are known to the letter. */
const KNOWN_TEXTS = ['The cat sat on the mat.', 'The dog sat on the mat!', 'The cat sad on the mat.'];
const SECOND = 'A long name that somebody typed on a Sunday afternoon with nothing else to do, “quoted” & <marked>';

describeInBrowser('comparing', () => {
  const all = EndToEnd.use();
  let window: FolioWindow;
  let screen: CompareScreen;
  let known = 0;

  const show = (id: number): Promise<RunDetail> => ask(window.page, 'runs:show', { id });
  const frame = (run: number, epoch: number) => ({ run, epoch });
  const go = (left: [number, number], right: [number, number], runs: readonly number[] = []): Promise<void> =>
    window.go({ screen: 'compare', left: frame(...left), right: frame(...right), runs } satisfies CompareRoute);
  const group = (name: string) => window.page.getByRole('group', { name, exact: true });
  const epochs = async (): Promise<number[]> => [await screen.epoch('left'), await screen.epoch('right')];

  beforeAll(async () => {
    const folder = all.folder();
    makeFullRecord(folder);
    const store = openStore(folder, { mode: 'write' });
    const corpus = addText(store, 'Letters', 'The dog and the cat sat on the mat! A sad mat.');
    known = addRun(store, corpus, { name: 'Known texts', epochs: 3, texts: KNOWN_TEXTS });
    store.close();
    await all.serve(folder);
    window = await all.window();
    screen = new CompareScreen(window);
  });

  describe('two panes', () => {
    it('show any epoch of any run on either side, with the losses that the record has', async () => {
      const { words, format } = window;
      const { trainingLoss, validationLoss, perplexity } = words.glossary;
      const runs = await Promise.all([FULL.first, FULL.second, FULL.chinese, known].map(show));
      await go([FULL.failed, 1], [FULL.failed, 1]);
      for (const side of SIDES) {
        let before = 'Too fast';
        for (const run of runs) {
          await screen.choose(side, before, run.name);
          before = run.name;
          const texts = await ask(window.page, 'samples:by-epoch', { id: run.id });
          await screen.handle(side).press('Home');
          for (const { epoch, trainLoss, validationLoss: validation, samples } of texts) {
            await expect.poll(() => screen.epoch(side)).toBe(epoch);
            const wanted = samples.find(({ settings }) => settings.temperature === 1);
            expect(await screen.text(side)).toBe(wanted?.text);
            expect(await screen.figure(side, trainingLoss.term)).toBe(`${format.loss(trainLoss)} nats`);
            expect(await screen.figure(side, validationLoss.term)).toBe(`${format.loss(validation)} nats`);
            expect(await screen.figure(side, perplexity.term)).toBe(format.perplexity(validation));
            await screen.handle(side).press('ArrowRight');
          }
        }
      }
    });

    it('follow arrow keys, the ends and pages, each its own handle', async () => {
      await go([FULL.first, 2], [FULL.first, 4]);
      const keys = [
        ['left', 'ArrowRight', [3, 4]],
        ['left', 'ArrowLeft', [2, 4]],
        ['right', 'ArrowUp', [2, 5]],
        ['right', 'ArrowDown', [2, 4]],
        ['right', 'End', [2, 6]],
        ['right', 'ArrowRight', [2, 6]],
        ['left', 'Home', [1, 6]],
        ['left', 'ArrowLeft', [1, 6]],
        ['left', 'PageUp', [3, 6]],
        ['right', 'PageDown', [3, 4]],
      ] as const;
      for (const [side, key, wanted] of keys) {
        await screen.handle(side).press(key);
        await expect.poll(epochs, { message: `${side} ${key}` }).toEqual(wanted);
        const [left, right] = wanted;
        expect(await screen.handle('left').getAttribute('aria-valuenow')).toBe(String(left));
        expect(await screen.handle('right').getAttribute('aria-valuenow')).toBe(String(right));
      }
    });

    it('follow the pointer: a handle that is dragged, and a click beside it', async () => {
      await go([FULL.first, 1], [FULL.first, 6]);
      const { mouse } = window.page;
      const track = (await screen.handle('left').locator('..').boundingBox()) ?? expect.unreachable();
      const at = (epoch: number): [number, number] => [
        track.x + (track.width * (epoch - 1)) / 5,
        track.y + track.height / 2,
      ];
      await mouse.move(...at(6));
      await mouse.down();
      await mouse.move(...at(4));
      await expect.poll(epochs).toEqual([1, 4]);
      await mouse.move(...at(5));
      await mouse.up();
      await expect.poll(epochs).toEqual([1, 5]);
      await mouse.click(...at(2)); // the nearest handle comes
      await expect.poll(epochs).toEqual([2, 5]);
    });

    it('change places', async () => {
      await go([FULL.first, 2], [FULL.second, 3]);
      const [left, right] = [await screen.text('left'), await screen.text('right')];
      await window.button(window.words.compare.swap).click();
      await expect.poll(epochs).toEqual([3, 2]);
      expect([await screen.text('left'), await screen.text('right')]).toEqual([right, left]);
      await window.button(`${window.words.compare.run.left}: ${SECOND}`).waitFor();
      await window.button(`${window.words.compare.run.right}: First try`).waitFor();
    });

    it('line up: texts begin side by side, however long a run’s name is', async () => {
      for (const width of [900, 1360, 2560]) {
        await window.page.setViewportSize({ width, height: 860 });
        await go([FULL.first, 2], [FULL.second, 3]);
        const tops = await Promise.all(
          SIDES.map(async (side) => (await screen.pane(side).locator('[lang=""]').boundingBox())?.y),
        );
        expect(tops[0]).toBeGreaterThan(0);
        expect(tops[0]).toBe(tops[1]);
      }
      await window.page.setViewportSize({ width: 1360, height: 860 });
    });

    it('begin at the temperature at which a run’s page and a new text begin', async () => {
      const temperature = { name: '1', exact: true };
      await go([FULL.first, 2], [FULL.first, 3]);
      expect(await group(window.words.compare.temperature).getByRole('radio', temperature).isChecked()).toBe(true);
      await window.go({ screen: 'run', run: FULL.first });
      expect(await group(window.words.run.text.temperature).getByRole('radio', temperature).isChecked()).toBe(true);
    });
  });

  describe('marks', () => {
    it('are where two known texts differ, and nowhere else', async () => {
      await go([known, 1], [known, 2]);
      expect([await screen.marked('left'), await screen.marked('right')]).toEqual([
        ['cat', '.'],
        ['dog', '!'],
      ]);
      await screen.handle('right').press('ArrowRight');
      await expect.poll(() => screen.marked('right')).toEqual(['d']);
      expect(await screen.marked('left')).toEqual(['t']);
      await group(window.words.compare.marks).getByText(window.words.compare.marksBy.words, { exact: true }).click();
      await expect.poll(() => screen.marked('right')).toEqual(['sad']);
      expect(await screen.marked('left')).toEqual(['sat']);
      await group(window.words.compare.marks).getByText(window.words.compare.marksBy.off, { exact: true }).click();
      await expect.poll(() => screen.marked('right')).toEqual([]);
    });

    it('leave of any two texts the same behind on both sides', async () => {
      const solid = (text: string): string => text.replace(/\s+/gu, '');
      for (const epoch of [1, 2, 6]) {
        await go([FULL.first, epoch], [FULL.second, 3]);
        const [left = '', right = ''] = await Promise.all(
          SIDES.map(async (side) =>
            (await screen.pieces(side)).flatMap(({ text, marked }) => (marked ? [] : [text])).join(''),
          ),
        );
        expect(solid(left)).toBe(solid(right));
        expect(await screen.marked('left')).not.toEqual([]);
      }
    });

    it('are none between a text and itself', async () => {
      await go([FULL.first, 2], [FULL.first, 2]);
      expect([await screen.marked('left'), await screen.marked('right')]).toEqual([[], []]);
      expect(await screen.text('left')).not.toBe('');
    });
  });

  describe('playing', () => {
    const play = (): Promise<void> => window.button(window.words.compare.play).click();
    const pause = (): Promise<void> => window.button(window.words.compare.stopPlaying).click();
    const pass = (milliseconds: number): Promise<void> => window.page.clock.runFor(milliseconds);
    const speed = (name: 'slow' | 'medium' | 'fast'): Promise<void> =>
      group(window.words.compare.speed).getByText(window.words.compare.speeds[name], { exact: true }).click();

    it('goes to the end at the speed that is chosen, pauses, goes on, and begins again', async () => {
      await window.page.clock.install();
      await go([FULL.first, 1], [FULL.first, 3]);
      await window.reload();
      await window.page.clock.pauseAt(Date.now() + 3_600_000); // from here on time passes when it is told to
      await play();
      await expect.poll(epochs).toEqual([1, 4]);
      await pass(399);
      expect(await epochs()).toEqual([1, 4]);
      await pass(1);
      await expect.poll(epochs).toEqual([1, 5]);
      await pause();
      await pass(10_000);
      expect(await epochs()).toEqual([1, 5]);
      await play();
      await expect.poll(epochs).toEqual([1, 6]);
      await window.button(window.words.compare.play).waitFor(); // it has ended by itself
      await pass(10_000);
      expect(await epochs()).toEqual([1, 6]);

      await speed('slow');
      await play();
      await expect.poll(epochs).toEqual([1, 1]);
      await pass(999);
      expect(await epochs()).toEqual([1, 1]);
      await speed('fast'); // from the next step on
      await pass(1);
      await expect.poll(epochs).toEqual([1, 2]);
      await pass(124);
      expect(await epochs()).toEqual([1, 2]);
      await pass(1);
      await expect.poll(epochs).toEqual([1, 3]);
      await screen.handle('right').press('ArrowLeft'); // whoever takes the slider has it
      await expect.poll(epochs).toEqual([1, 2]);
      await pass(10_000);
      expect(await epochs()).toEqual([1, 2]);
      await pass(0);
      await window.page.keyboard.press('Space');
      await expect.poll(epochs).toEqual([1, 3]);
      await window.page.keyboard.press('Space');
      await pass(10_000);
      expect(await epochs()).toEqual([1, 3]);
      await window.page.clock.resume();
    });
  });

  describe('curves and settings of several runs', () => {
    const RUNS = [FULL.first, FULL.second, FULL.failed] as const;
    const overlaid = (): Promise<void> => go([FULL.first, 2], [FULL.second, 3], RUNS);
    const plot = () => window.page.getByRole('img', { name: new RegExp(`^${window.words.compare.curves}\\.`) });
    const steps = (id: number) => ask(window.page, 'runs:curve', { id, x: 'step', points: 20_000, smoothing: 0.9 });
    const names = async (): Promise<string[]> => (await Promise.all(RUNS.map(show))).map(({ name }) => name);

    /** Every line of the legend is a logged step of its run, number for number. */
    async function expectLogged(): Promise<number[]> {
      const { words, format } = window;
      const shown = await screen.legend.allInnerTexts();
      const found: number[] = [];
      for (const [i, id] of RUNS.entries()) {
        const curve = await steps(id);
        const line = (shown[i] ?? '').replace(/\s+/gu, ' ');
        const step = Number(/step ([\d,]+)/.exec(line)?.[1]?.replaceAll(',', ''));
        const at = curve.step.indexOf(step);
        expect(at, line).toBeGreaterThanOrEqual(0);
        expect(line).toContain(words.common.loss(format.loss(curve.loss[at] ?? null)));
        expect(line).toContain(words.run.chart.smoothed(format.loss(curve.smooth[at] ?? null)));
        found.push(step);
      }
      return found;
    }

    it('are overlaid, each run with its name in full, and the first is the baseline', async () => {
      await overlaid();
      await expect.poll(() => screen.legend.count()).toBe(3);
      expect(await screen.legend.locator('strong').allInnerTexts()).toEqual(await names());
      expect(await screen.legend.filter({ hasText: window.words.run.chart.baseline }).count()).toBe(1);
      expect(await plot().getAttribute('aria-label')).toContain(SECOND);
    });

    it('tell of logged steps only, by the pointer and by keys', async () => {
      const { words, page } = window;
      await overlaid();
      await expect.poll(() => screen.legend.count()).toBe(3);
      await plot().scrollIntoViewIfNeeded();
      const box = (await plot().boundingBox()) ?? expect.unreachable();
      const pointed = () => expect.poll(async () => (await screen.legend.allInnerTexts()).join(' '));
      const seen = new Set<number>();
      for (const share of [0.101, 0.1237, 0.3333, 0.5011, 0.87654]) {
        await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
        await pointed().not.toContain(words.run.chart.last);
        for (const step of await expectLogged()) seen.add(step);
      }
      expect(seen.size).toBeGreaterThan(5);
      await page.mouse.move(2, 2);
      await pointed().toContain(words.run.chart.last);
      await plot().focus();
      await page.keyboard.press('End');
      await pointed().not.toContain(words.run.chart.last);
      expect((await expectLogged())[0]).toBe(240);
      await page.keyboard.press('ArrowLeft');
      await expect.poll(async () => (await expectLogged())[0]).toBe(239);
      await page.keyboard.press('Home');
      await expect.poll(async () => (await expectLogged())[0]).toBe(1);
    });

    it('have another baseline when one is pinned', async () => {
      const { words, page } = window;
      await overlaid();
      await window.button(words.compare.makeBaseline(SECOND)).click();
      await expect
        .poll(() => screen.legend.locator('strong').allInnerTexts())
        .toEqual([SECOND, 'First try', 'Too fast']);
      expect(await screen.legend.first().innerText()).toContain(words.run.chart.baseline);
      // Differences are from this one now.
      const [second, first] = [await show(FULL.second), await show(FULL.first)];
      const best = (run: RunDetail): number =>
        Math.min(...run.epochs.map(({ validationLoss }) => validationLoss ?? NaN));
      const row = page.getByRole('row').filter({ hasText: words.compare.facts.bestLoss });
      const difference = window.format.loss(Math.abs(best(first) - best(second)));
      expect(await row.getByRole('cell').nth(1).innerText()).toContain(`−${difference}`);
      expect(await row.getByRole('cell').first().innerText()).toBe(window.format.loss(best(second)));
    });

    it('are told in a table only where they differ, or all of them', async () => {
      const { words, page } = window;
      const { facts } = words.compare;
      await overlaid();
      const configs = (await Promise.all(RUNS.map(show))).map(({ config }) => config);
      const differing = CONFIG_KEYS.filter((key) => new Set(configs.map((one) => JSON.stringify(one[key]))).size > 1);
      expect(differing.length).toBeGreaterThan(1);
      const label = (key: (typeof CONFIG_KEYS)[number]): string => words.newRun.settings.fields[key].label;
      // The same text and the same engine are not told; weights are, for units differ.
      await expect
        .poll(() => screen.rows())
        .toEqual([facts.bestLoss, facts.time, facts.weights, ...differing.map(label)]);
      await page.getByRole('checkbox', { name: words.compare.showAll }).check();
      await expect
        .poll(() => screen.rows())
        .toEqual([facts.bestLoss, facts.time, facts.weights, facts.corpus, facts.engine, ...CONFIG_KEYS.map(label)]);
      await page.getByRole('checkbox', { name: words.compare.showAll }).uncheck();
    });

    it('are saved as one table: every logged step of every run, with its name', async () => {
      await overlaid();
      await expect.poll(() => screen.legend.count()).toBe(3);
      const file = await saved(() => window.button(window.words.run.chart.table).click());
      expect(file.suggestedFilename()).toMatch(/^Loss curves - First try, A long name .*, Too fast\.csv$/u);
      const [header, ...lines] = readFileSync(await file.path(), 'utf8')
        .trimEnd()
        .split('\n');
      expect(header).toBe(
        'run,run_name,step,epoch,loss,gradient_norm,learning_rate,milliseconds,active_seconds,validation_loss',
      );
      const curves = await Promise.all(RUNS.map(steps));
      const expected: string[] = [];
      for (const [i, id] of RUNS.entries()) {
        const { name } = await show(id);
        const { step = [], loss = [] } = curves[i] ?? {};
        const told = name.includes(',') ? `"${name.replaceAll('"', '""')}"` : name;
        step.forEach((at, k) => expected.push(`${id},${told},${at},${Math.ceil(at / 40)},${loss[k] ?? NaN},`));
      }
      expect(lines).toHaveLength(expected.length);
      lines.forEach((line, i) => expect(line.startsWith(expected[i] ?? '?'), line).toBe(true));
      const measured = lines.filter((line) => !line.endsWith(','));
      expect(measured).toHaveLength(6 + 3 + 1); // at the ends of epochs
    });

    it('are saved as a picture in which every run’s line is, with a legend', async () => {
      await overlaid();
      await expect.poll(() => screen.legend.count()).toBe(3);
      await plot().scrollIntoViewIfNeeded();
      const box = (await plot().boundingBox()) ?? expect.unreachable();
      const file = await saved(() => window.button(window.words.run.chart.picture).click());
      expect(file.suggestedFilename()).toMatch(/^Loss curves - First try, A long name .*, Too fast\.png$/u);
      const bytes = readFileSync(await file.path());
      expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
      const colours = ['#fbf9f4', '#0072b2', '#c27800', '#009e73'];
      const legendFrom = 2 * (24 + 26 + 14 + Math.round(box.height)); // margin, title, its distance, the chart
      const { width, height, corner, above, below } = await countColours(window.page, bytes, colours, legendFrom);
      expect(width).toBe(2 * (Math.round(box.width) + 48));
      expect(height).toBeGreaterThan(legendFrom + 2 * 6 * 20);
      expect(corner).toBe('#fbf9f4');
      for (const i of [1, 2, 3]) {
        expect(above[i], `the line in ${colours[i] ?? ''}`).toBeGreaterThan(100);
        expect(below[i], `the sign in ${colours[i] ?? ''}`).toBeGreaterThanOrEqual(40 * 4);
      }
    });

    it('of one run are saved under its name', async () => {
      await window.go({ screen: 'run', run: FULL.second });
      await window.page.getByRole('figure').waitFor();
      const picture = await saved(() => window.button(window.words.run.chart.picture).click());
      expect(picture.suggestedFilename()).toMatch(/^Loss of A long name .*\.png$/u);
      const table = await saved(() => window.button(window.words.run.chart.table).click());
      expect(table.suggestedFilename()).toMatch(/^A long name .*\.csv$/u);
      expect(readFileSync(await table.path(), 'utf8').split('\n')).toHaveLength(120 + 2);
    });
  });

  async function saved(press: () => Promise<void>): Promise<Download> {
    const [file] = await Promise.all([window.page.waitForEvent('download'), press()]);
    return file;
  }
});
