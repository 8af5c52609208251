/**
 * npx node scripts/screenshots.ts [--record DIR] [--only NAME]...
 *
 * Pictures of every screen, light and dark, into docs/screens. Trains a few networks first (with fixed seeds, some minutes); with --record
 * their record is kept in that folder and used again the next time. Needs a Chromium in PATH and fonts for Chinese.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { addressOf, type Route } from '../src/renderer/lib/routes.ts';
import { en } from '../src/renderer/words/en/index.ts';
import { createApp, type FolioApp } from '../src/main/app.ts';
import { startAppServer } from '../src/main/headless/serve/serve-app.ts';
import { startTrainer } from '../src/main/headless/trainer-process.ts';
import type { RunConfig } from '../src/shared/config.ts';
import { PRESETS } from '../src/shared/presets.ts';
import { launchChromium } from '../test/e2e/harness/end-to-end.ts';
import { buildWhenStale } from './app-build.ts';

const root = resolve(import.meta.dirname, '..');
const OUT = join(root, 'docs', 'screens');
const MOST_BYTES = 200_000;
const NORMAL = { width: 1360, height: 860 };
const SMALL = { width: 900, height: 600 };

/** The beginning of the Thousand Character Classic (6th century). */
const CLASSIC = `天地玄黄，宇宙洪荒。日月盈昃，辰宿列张。
寒来暑往，秋收冬藏。闰余成岁，律吕调阳。
云腾致雨，露结为霜。金生丽水，玉出昆冈。
剑号巨阙，珠称夜光。果珍李柰，菜重芥姜。
海咸河淡，鳞潜羽翔。龙师火帝，鸟官人皇。
始制文字，乃服衣裳。推位让国，有虞陶唐。
吊民伐罪，周发殷汤。坐朝问道，垂拱平章。
爱育黎首，臣伏戎羌。遐迩一体，率宾归王。
鸣凤在竹，白驹食场。化被草木，赖及万方。
`;

interface Training {
  readonly name: string;
  readonly preset: string;
  readonly corpusId: number;
  readonly config: RunConfig;
  readonly notes?: string;
  readonly tags?: readonly string[];
}

interface Shot {
  readonly name: string;
  readonly route: Route;
  readonly of?: 'empty' | 'full';
  readonly size?: { readonly width: number; readonly height: number };
  readonly schemes?: readonly ('light' | 'dark')[];
  readonly language?: 'en' | 'zh';
  /** What is done on the screen before. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/** A record with runs as a person has them after an afternoon. */
async function trainAll(app: FolioApp, folder: string): Promise<void> {
  const shakespeare = await app.corpora.builtin();
  const file = join(folder, '千字文.txt');
  writeFileSync(file, CLASSIC.repeat(80));
  const classic = await app.corpora.add(file, () => undefined);
  rmSync(file);
  const quick = PRESETS.quick.config;
  const trainings: readonly Training[] = [
    {
      name: 'Too fast',
      preset: 'quick',
      corpusId: shakespeare.id,
      config: { ...quick, units: 32, learningRate: 9, clipNorm: 0, schedule: 'constant', maxSteps: 400 },
    },
    {
      name: '千字文',
      preset: 'quick',
      corpusId: classic.id,
      config: {
        ...quick,
        units: 96,
        batchSize: 4,
        epochs: 8,
        sampleLength: 160,
        prompts: ['天地', '寒来'],
        temperatures: [0.5, 1],
      },
    },
    {
      name: 'Smaller, an LSTM',
      preset: 'quick',
      corpusId: shakespeare.id,
      config: { ...quick, cell: 'lstm', units: 128, epochs: 4, learningRate: 3e-3 },
      tags: ['comparison'],
    },
    {
      name: 'Shakespeare in five minutes',
      preset: 'quick',
      corpusId: shakespeare.id,
      config: { ...quick, units: 256, epochs: 8 },
      tags: ['comparison', 'kept'],
      notes:
        'Twice the epochs of the preset. The names of the speakers come first, then the shape of the lines, then words.',
    },
  ];
  for (const { tags, notes, ...training } of trainings) {
    const handle = await app.training.start({ ...training, engine: 'auto' }, () => undefined);
    const { status, reason, seconds } = await handle.done;
    console.log(`${training.name}: ${status} ${reason} (${seconds.toFixed(0)} s)`);
    app.store.editRun(handle.runId, { ...(tags && { tags }), ...(notes && { notes }) });
  }
  await app.engines.probe();
}

function findRun(app: FolioApp, name: string): number {
  const run = app.runs.list({ archived: 'without' }).find((one) => one.name === name);
  if (run === undefined) throw new Error(`the record has no run “${name}”: make it anew`);
  return run.id;
}

function allShots(app: FolioApp): Shot[] {
  const [main, other, tooFast, chinese] = [
    findRun(app, 'Shakespeare in five minutes'),
    findRun(app, 'Smaller, an LSTM'),
    findRun(app, 'Too fast'),
    findRun(app, '千字文'),
  ];
  const newRun: Route = { screen: 'new', from: null, corpus: null };
  const epochs: Route = {
    screen: 'compare',
    left: { run: main, epoch: 1 },
    right: { run: main, epoch: 8 },
    runs: [main],
    temperature: 0.5,
  };
  return [
    { name: 'first-start', route: newRun, of: 'empty' },
    { name: 'new-run', route: newRun },
    { name: 'run', route: { screen: 'run', run: main } },
    { name: 'run-too-fast', route: { screen: 'run', run: tooFast } },
    { name: 'runs', route: { screen: 'runs' } },
    { name: 'compare', route: epochs },
    {
      name: 'compare-runs',
      route: { ...epochs, left: { run: main, epoch: 4 }, right: { run: other, epoch: 4 }, runs: [main, other] },
      prepare: async (page) => {
        await page.getByRole('heading', { name: en.compare.curves }).scrollIntoViewIfNeeded();
        await page.mouse.move(700, 500);
        await page.mouse.wheel(0, 900);
      },
    },
    { name: 'generate', route: { screen: 'generate', run: main, epoch: 'best' }, prepare: write },
    { name: 'texts', route: { screen: 'texts' } },
    { name: 'settings', route: { screen: 'settings' } },
    { name: 'run-small', route: { screen: 'run', run: main }, size: SMALL, schemes: ['light'] },
    { name: 'compare-small', route: epochs, size: SMALL, schemes: ['dark'] },
    { name: 'run-zh', route: { screen: 'run', run: chinese }, language: 'zh', schemes: ['light'] },
  ];
}

/** Has the page write a text with a pinned seed, once. */
async function write(page: Page): Promise<void> {
  const words = en.generate;
  await page.getByRole('textbox', { name: en.glossary.seed.term, exact: true }).fill('1616');
  await page.getByRole('checkbox', { name: new RegExp(words.seedPin) }).check();
  await page.getByRole('textbox', { name: words.length, exact: true }).fill('600');
  await page.getByRole('textbox', { name: words.length, exact: true }).blur();
  const button = page.getByRole('button').filter({ has: page.locator('kbd') });
  await button.click();
  await button.filter({ hasText: words.writeAgain }).waitFor({ timeout: 120_000 });
}

async function take(browser: Browser, address: string, shot: Shot, scheme: 'light' | 'dark'): Promise<void> {
  const locale = shot.language === 'zh' ? 'zh-CN' : 'en-GB';
  const context = await browser.newContext({
    viewport: shot.size ?? NORMAL,
    colorScheme: scheme,
    locale,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`${shot.name}: ${error.message}`));
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.evaluate(`location.hash = ${JSON.stringify(addressOf(shot.route))}`);
  await settle(page);
  await shot.prepare?.(page);
  await page.mouse.move(2, 2); // nothing is pointed at
  await settle(page);
  const path = join(OUT, `${shot.name}-${scheme}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  await context.close();
  const { size } = statSync(path);
  console.log(`${shot.name}-${scheme}.png ${(size / 1000).toFixed(0)} kB${size > MOST_BYTES ? ': TOO LARGE' : ''}`);
}

/** Until the page has not changed for a while. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(`document.fonts.ready.then(() => new Promise((done) => {
    let timer = setTimeout(end, 400);
    const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(end, 400); });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    setTimeout(end, 8000);
    function end() { observer.disconnect(); done(); }
  }))`);
}

/** Serves a record while something is done. */
async function served(dataDir: string, work: (app: FolioApp, address: string) => Promise<void>): Promise<void> {
  const app = createApp({ dataDir, startTrainer, mode: 'write' });
  const server = await startAppServer(app, join(root, 'out', 'renderer'), 0, (error) => console.error(error));
  try {
    await work(app, server.address);
  } finally {
    await server.close();
    app.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { record: { type: 'string' }, only: { type: 'string', multiple: true, default: [] } },
  });
  const failure = await buildWhenStale(root, (line) => console.log(line));
  if (failure !== null) throw new Error(failure);
  mkdirSync(OUT, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'folio-screens-'));
  const kept = values.record ?? join(scratch, 'record');
  const browser = await launchChromium();
  try {
    if (!existsSync(join(kept, 'folio.db'))) {
      mkdirSync(kept, { recursive: true });
      const app = createApp({ dataDir: kept, startTrainer, mode: 'write' });
      await trainAll(app, scratch).finally(() => app.close());
    }
    const copy = join(scratch, 'copy');
    cpSync(kept, copy, { recursive: true }); // the pictures must not change what is kept
    await served(copy, async (app, full) => {
      const shots = allShots(app).filter(({ name }) => values.only.length === 0 || values.only.includes(name));
      await served(join(scratch, 'empty'), async (_, empty) => {
        for (const shot of shots) {
          for (const scheme of shot.schemes ?? (['light', 'dark'] as const)) {
            await take(browser, shot.of === 'empty' ? empty : full, shot, scheme);
          }
        }
      });
    });
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
