/** The training process dies by SIGKILL; the main one stays, says so, and can go on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseTestEngine, Scenario } from './kill-scenario.ts';
import type { Result } from './kill-scenario.ts';

const LIMIT_MS = 240_000;
const chosen = await chooseTestEngine();

// Killing looks into /proc for the trainer.
describe.skipIf(process.platform !== 'linux')(
  `a training whose process is killed (${chosen.engine}: ${chosen.reason})`,
  () => {
    let scenario: Scenario;
    let reference: Result;

    beforeAll(async () => {
      scenario = new Scenario(chosen.engine, ['cell=gru', 'batching=contiguous']);
      reference = await scenario.undisturbed();
    }, LIMIT_MS);

    afterAll(() => {
      scenario.remove();
    });

    it(
      'comes to the same bytes as one that nobody killed',
      async () => {
        const { results, moments } = await scenario.killed({ target: 'trainer', seed: 1, kills: 12 });
        console.log(`killed the trainer ${moments.length} times in ${results.length} runs (${chosen.engine})`);
        for (const result of results) expect(result).toEqual(reference);
      },
      LIMIT_MS,
    );

    it(
      'comes to the same bytes even when its newest checkpoint is damaged each time',
      async () => {
        const { results, damaged } = await scenario.killed({ target: 'trainer', seed: 4, kills: 4, damage: true });
        console.log(`damaged ${damaged} checkpoints in ${results.length} runs (${chosen.engine})`);
        expect(damaged).toBeGreaterThan(0);
        for (const result of results) expect(result).toEqual(reference);
      },
      LIMIT_MS,
    );
  },
);
