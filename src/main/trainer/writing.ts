import type { RunConfig } from '../../shared/config.ts';
import type { SampleSettings } from '../../shared/domain.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import type { Network } from '../model/network.ts';
import { TextWriter } from '../model/text-writer.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { Control } from './control.ts';
import type { WrittenSample } from './messages.ts';

/** Characters between two looks at the messages that wait. */
const BREATH = 32;

/**
 * The samples of an epoch: every prompt at every temperature, always from the same seed, so that two epochs differ by what was
 * learnt and nothing else. `folio generate` with the sample's settings writes the same text.
 * @param proceed asked every few characters; a false answer ends it and null is returned
 */
export async function writeSamples(
  ops: TensorOps,
  network: Network,
  vocabulary: Vocabulary,
  config: RunConfig,
  proceed: () => boolean,
): Promise<WrittenSample[] | null> {
  const writer = new TextWriter(ops, network, vocabulary);
  const samples: WrittenSample[] = [];
  for (const prompt of config.prompts) {
    for (const temperature of config.temperatures) {
      const settings: SampleSettings = {
        temperature,
        topK: 0,
        topP: 1,
        minP: 0,
        seed: config.seed,
        length: config.sampleLength,
        stop: '',
      };
      const { ids } = vocabulary.encode(prompt, { unknown: 'refuse' });
      const { texts, cancelled } = await writer.write({
        prompt: ids,
        settings,
        count: 1,
        proceed: everyNth(BREATH, proceed),
      });
      if (cancelled) return null;
      samples.push({ prompt, text: texts[0] ?? '', settings, stream: 0, streams: 1 });
    }
  }
  return samples;
}

/** Lets messages in every n calls, and asks then. */
function everyNth(n: number, proceed: () => boolean): () => boolean | Promise<boolean> {
  let calls = 0;
  return () => (++calls % n === 0 ? Control.breathe().then(proceed) : true);
}
