/** Comparing texts: the panes show what the record has, playing keeps its pace, and marks are where texts differ. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/main/store/open.ts';
import type { RunDetail } from '../../src/shared/domain.ts';
import type { CompareRoute } from '../../src/renderer/lib/routes.ts';
import { CompareScreen, poll, type Side } from './harness/compare-screen.ts';
import { ask } from './harness/contract.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { addRun, addText, FULL, makeFullRecord } from './harness/made-record.ts';

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
            await poll(() => screen.epoch(side)).toBe(epoch);
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
        await poll(epochs, `${side} ${key}`).toEqual(wanted);
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
      await poll(epochs).toEqual([1, 4]);
      await mouse.move(...at(5));
      await mouse.up();
      await poll(epochs).toEqual([1, 5]);
      await mouse.click(...at(2)); // the nearest handle comes
      await poll(epochs).toEqual([2, 5]);
    });

    it('change places', async () => {
      await go([FULL.first, 2], [FULL.second, 3]);
      const [left, right] = [await screen.text('left'), await screen.text('right')];
      await window.button(window.words.compare.swap).click();
      await poll(epochs).toEqual([3, 2]);
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
      await poll(() => screen.marked('right')).toEqual(['d']);
      expect(await screen.marked('left')).toEqual(['t']);
      await group(window.words.compare.marks).getByText(window.words.compare.marksBy.words, { exact: true }).click();
      await poll(() => screen.marked('right')).toEqual(['sad']);
      expect(await screen.marked('left')).toEqual(['sat']);
      await group(window.words.compare.marks).getByText(window.words.compare.marksBy.off, { exact: true }).click();
      await poll(() => screen.marked('right')).toEqual([]);
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
      await poll(epochs).toEqual([1, 4]);
      await pass(399);
      expect(await epochs()).toEqual([1, 4]);
      await pass(1);
      await poll(epochs).toEqual([1, 5]);
      await pause();
      await pass(10_000);
      expect(await epochs()).toEqual([1, 5]);
      await play();
      await poll(epochs).toEqual([1, 6]);
      await window.button(window.words.compare.play).waitFor(); // it has ended by itself
      await pass(10_000);
      expect(await epochs()).toEqual([1, 6]);

      await speed('slow');
      await play();
      await poll(epochs).toEqual([1, 1]);
      await pass(999);
      expect(await epochs()).toEqual([1, 1]);
      await speed('fast'); // from the next step on
      await pass(1);
      await poll(epochs).toEqual([1, 2]);
      await pass(124);
      expect(await epochs()).toEqual([1, 2]);
      await pass(1);
      await poll(epochs).toEqual([1, 3]);
      await screen.handle('right').press('ArrowLeft'); // whoever takes the slider has it
      await poll(epochs).toEqual([1, 2]);
      await pass(10_000);
      expect(await epochs()).toEqual([1, 2]);
      await pass(0);
      await window.page.keyboard.press('Space');
      await poll(epochs).toEqual([1, 3]);
      await window.page.keyboard.press('Space');
      await pass(10_000);
      expect(await epochs()).toEqual([1, 3]);
      await window.page.clock.resume();
    });
  });
});
