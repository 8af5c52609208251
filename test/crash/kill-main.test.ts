/** The main process dies by SIGKILL, alone or with its trainer; the next command finds out and goes on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseTestEngine, Scenario } from './kill-scenario.ts';
import type { Result } from './kill-scenario.ts';

const LIMIT_MS = 240_000;
const chosen = await chooseTestEngine();

// Killing looks into /proc for the trainer.
describe.skipIf(process.platform !== 'linux')(
  `a training whose main process is killed (${chosen.engine}: ${chosen.reason})`,
  () => {
    let scenario: Scenario;
    let reference: Result;

    beforeAll(async () => {
      scenario = new Scenario(chosen.engine, ['cell=lstm', 'batching=shuffled', 'optimizer=adamw', 'weightDecay=0.01']);
      reference = await scenario.undisturbed();
    }, LIMIT_MS);

    afterAll(() => {
      scenario.remove();
    });

    it.each([
      ['main', 2, 10],
      ['both', 3, 10],
      ['Ctrl-C', 5, 4],
    ] as const)(
      'comes to the same bytes as one that nobody killed (%s)',
      async (target, seed, kills) => {
        const { results, moments } = await scenario.killed({ target, seed, kills });
        console.log(`killed ${target} ${moments.length} times in ${results.length} runs (${chosen.engine})`);
        for (const result of results) expect(result).toEqual(reference);
      },
      LIMIT_MS,
    );
  },
);
