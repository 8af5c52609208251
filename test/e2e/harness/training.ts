/** Trainings that tests start from, tiny ones on the engine that is everywhere. */
import { PRESETS } from '../../../src/shared/presets.ts';
import { ask } from './contract.ts';
import type { FolioWindow } from './folio-window.ts';

/** Starts a training that does not end by itself, waits for its first step and pauses it: the strip then stands still. Returns the run. */
export async function trainForever({ page, strip, words }: FolioWindow): Promise<number> {
  const [corpus] = await ask(page, 'corpora:list', {});
  if (corpus === undefined) throw new Error('there is no text');
  const config = { ...PRESETS.quick.config, units: 8, embeddingSize: 4, epochs: 1000, sampleEvery: 0 };
  const { run } = await ask(page, 'training:start', {
    name: 'At work',
    preset: 'quick',
    corpusId: corpus.id,
    config,
    engine: 'wasm',
  });
  await strip.getByText(words.common.loss('').trim(), { exact: false }).first().waitFor();
  await ask(page, 'training:pause', { id: run });
  await strip.getByRole('button', { name: words.shell.goOn, exact: true }).waitFor();
  return run;
}
