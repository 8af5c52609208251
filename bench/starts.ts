/** Starts of the program as a person starts it, watched from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ENGINE_NAMES, type EngineChoice, type EngineName } from '../src/shared/domain.ts';
import { commandLine } from '../test/e2e/harness/connections.ts';
import { launchChromium } from '../test/e2e/harness/end-to-end.ts';
import type { Sighting, StartPhase } from './start-phases.ts';
import { JsonChild } from './window/child.ts';

const FOLIO = join(import.meta.dirname, '../bin/folio.js');
/** How often the processes are looked at: a fraction of what is to be told. */
const LOOK_MS = 10;

const eventSchema = z.looseObject({
  type: z.string(),
  phase: z.string().optional(),
  report: z.looseObject({ engine: z.enum(ENGINE_NAMES) }).optional(),
});

export interface TrainingStart {
  readonly sightings: readonly Sighting[];
  /** What it trained with. */
  readonly engine: EngineName;
}

/**
 * `folio train` in this folder until its first step, which is its last; what was seen meanwhile. The engine is named as a person would: not at
 * all for `auto`.
 *
 * @throws Error when it came to no engine
 */
export async function startTraining(dataDir: string, choice: EngineChoice): Promise<TrainingStart> {
  const sightings: Sighting[] = [];
  let engine: EngineName | null = null;
  const named = choice === 'auto' ? [] : ['--engine', choice];
  const settings = ['--preset', 'tutorial', '--set', 'maxSteps=1', '--set', 'sampleEvery=0'];
  const start = performance.now();
  const child = spawn(process.execPath, [FOLIO, 'train', ...settings, ...named, '--data', dataDir, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const see = (what: Sighting['what']): void => void sightings.push({ what, at: performance.now() - start });
  const look = processWatch();
  const watch = setInterval(() => look(child.pid ?? 0, see), LOOK_MS);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const { type, phase, report } = eventSchema.parse(JSON.parse(line));
      if (type === 'engine' || type === 'plan' || type === 'first-look' || type === 'step') see(type);
      if (type === 'phase' && (phase === 'training' || phase === 'trying-graphics')) see(phase);
      if (type === 'engine') engine = report?.engine ?? null;
    }
    await exited;
  } finally {
    clearInterval(watch);
    child.kill();
  }
  if (engine === null) throw new Error('`folio train` came to no engine');
  return { sightings, engine };
}

/** Tells when the program's trainer processes come and go. One that tries an engine beside the training's tries the graphics card. */
function processWatch(): (pid: number, see: (what: Sighting['what']) => void) => void {
  const purposes = new Map<number, 'probe' | 'card' | 'training'>();
  return (pid, see) => {
    const now = childrenOf(pid);
    for (const one of now) {
      if (purposes.has(one)) continue;
      const purpose = /trainer[/\\]entry\S* (probe|training)$/.exec(commandLine(one))?.[1];
      if (purpose !== 'probe' && purpose !== 'training') continue;
      const isCard = purpose === 'probe' && [...purposes.values()].includes('training');
      purposes.set(one, isCard ? 'card' : purpose);
      if (!isCard) see(purpose === 'probe' ? 'probe begins' : 'training process begins');
    }
    for (const [one, purpose] of purposes) {
      if (now.includes(one)) continue;
      if (purpose !== 'training') see(purpose === 'card' ? 'card tried' : 'probe ends');
      purposes.delete(one);
    }
  };
}

/** None where there is no /proc, or the process has ended. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

const openedSchema = z.strictObject({ modules: z.number(), open: z.number(), selfTest: z.number(), speed: z.number() });

/** What is inside the start of a process that computes. */
export async function openInProcess(engine: EngineName): Promise<StartPhase[]> {
  const child = new JsonChild([join(import.meta.dirname, 'folio/open-engine.ts'), engine]);
  const { modules, open, selfTest, speed } = await child.nextAs(openedSchema);
  await child.exited();
  return [
    { name: 'process and code', seconds: modules },
    { name: 'library', seconds: open },
    { name: 'self-test', seconds: selfTest },
    { name: 'speed', seconds: speed },
  ];
}

/**
 * `folio serve` in this folder, and its page in a Chromium that is open already. Usable is the page when it has drawn its heading and then
 * answered a click on its rail.
 */
export async function startServed(dataDir: string): Promise<StartPhase[]> {
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1360, height: 860 }, locale: 'en-GB' });
  const times = [performance.now()];
  const child = new JsonChild([FOLIO, 'serve', '--port', '0', '--data', dataDir, '--json']);
  try {
    const { address } = await child.nextAs(z.looseObject({ address: z.string() }));
    times.push(performance.now());
    await page.goto(address);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    times.push(performance.now());
    const heading = await page.locator('main h1').first().textContent();
    await page.locator('nav a[href="#/texts"]').click();
    await page
      .locator('main h1')
      .filter({ hasNotText: heading ?? '' })
      .first()
      .waitFor();
    times.push(performance.now());
  } finally {
    await child.end();
    await browser.close();
  }
  const names = ['the server says its address', 'the page has drawn its heading', 'it has answered a first click'];
  return names.map((name, i) => ({ name, seconds: ((times[i + 1] ?? NaN) - (times[i] ?? NaN)) / 1000 }));
}
