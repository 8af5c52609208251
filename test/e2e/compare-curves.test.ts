/** Comparing curves and settings of several runs, and the files that are saved of them. */
import { readFileSync } from 'node:fs';
import type { Download } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { CONFIG_KEYS } from '../../src/shared/config.ts';
import type { RunDetail } from '../../src/shared/domain.ts';
import { CompareScreen, poll } from './harness/compare-screen.ts';
import { ask } from './harness/contract.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { FULL, makeFullRecord } from './harness/made-record.ts';
import { countColours } from './harness/pictures.ts';

const SECOND = 'A long name that somebody typed on a Sunday afternoon with nothing else to do, “quoted” & <marked>';

describeInBrowser('curves and settings of several runs', () => {
  const all = EndToEnd.use();
  let window: FolioWindow;
  let screen: CompareScreen;

  const show = (id: number): Promise<RunDetail> => ask(window.page, 'runs:show', { id });

  beforeAll(async () => {
    const folder = all.folder();
    makeFullRecord(folder);
    await all.serve(folder);
    window = await all.window();
    screen = new CompareScreen(window);
  });

  const RUNS = [FULL.first, FULL.second, FULL.failed] as const;
  const overlaid = (): Promise<void> =>
    window.go({
      screen: 'compare',
      left: { run: FULL.first, epoch: 2 },
      right: { run: FULL.second, epoch: 3 },
      runs: RUNS,
    });
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
    await poll(() => screen.legend.count()).toBe(3);
    expect(await screen.legend.locator('strong').allInnerTexts()).toEqual(await names());
    expect(await screen.legend.filter({ hasText: window.words.run.chart.baseline }).count()).toBe(1);
    expect(await plot().getAttribute('aria-label')).toContain(SECOND);
  });

  it('tell of logged steps only, by the pointer and by keys', async () => {
    const { words, page } = window;
    await overlaid();
    await poll(() => screen.legend.count()).toBe(3);
    await plot().scrollIntoViewIfNeeded();
    const box = (await plot().boundingBox()) ?? expect.unreachable();
    const pointed = () => poll(async () => (await screen.legend.allInnerTexts()).join(' ').replace(/\s+/gu, ' '));
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
    await pointed().toContain(words.common.step('239'));
    expect((await expectLogged())[0]).toBe(239);
    await page.keyboard.press('Home');
    await pointed().toContain(`${words.common.step('1')} `);
    expect((await expectLogged())[0]).toBe(1);
  });

  it('have another baseline when one is pinned', async () => {
    const { words, page } = window;
    await overlaid();
    await window.button(words.compare.makeBaseline(SECOND)).click();
    await poll(() => screen.legend.locator('strong').allInnerTexts()).toEqual([SECOND, 'First try', 'Too fast']);
    expect(await screen.legend.first().innerText()).toContain(words.run.chart.baseline);
    // Differences are from this one now.
    const [second, first] = [await show(FULL.second), await show(FULL.first)];
    const best = (run: RunDetail): number => Math.min(...run.epochs.map(({ validationLoss }) => validationLoss ?? NaN));
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
    await poll(() => screen.rows()).toEqual([facts.bestLoss, facts.time, facts.weights, ...differing.map(label)]);
    await page.getByRole('checkbox', { name: words.compare.showAll }).check();
    await poll(() => screen.rows()).toEqual([
      facts.bestLoss,
      facts.time,
      facts.weights,
      facts.corpus,
      facts.engine,
      ...CONFIG_KEYS.map(label),
    ]);
    await page.getByRole('checkbox', { name: words.compare.showAll }).uncheck();
  });

  it('are saved as one table: every logged step of every run, with its name', async () => {
    await overlaid();
    await poll(() => screen.legend.count()).toBe(3);
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
    await poll(() => screen.legend.count()).toBe(3);
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

  async function saved(press: () => Promise<void>): Promise<Download> {
    const [file] = await Promise.all([window.page.waitForEvent('download'), press()]);
    return file;
  }
});
