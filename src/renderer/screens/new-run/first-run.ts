/** The first start's one click: the built-in text, the quick preset. */
import { networkShapeOf, parameterCount } from '../../../shared/network-shape.ts';
import { preflight } from '../../../shared/preflight.ts';
import { PRESETS } from '../../../shared/presets.ts';
import type { CorpusListing } from '../../../shared/contract/corpora.ts';
import type { EngineReport } from '../../../shared/domain.ts';
import { estimateRun, roughSpeed } from './estimate.ts';

/** Seconds that the quick preset will take on a text, guessed from the engine's speed; null where that is not known. */
export function quickSeconds(corpus: CorpusListing, engine: EngineReport | null): number | null {
  const gflops = engine?.gflops ?? null;
  if (gflops === null) return null;
  const { config } = PRESETS.quick;
  const { characters, vocabularySize } = corpus;
  const plan = preflight({ characters, vocabularySize, config });
  const parameters = parameterCount(networkShapeOf(config, vocabularySize));
  return estimateRun(config, plan, roughSpeed(config, parameters, gflops)).seconds;
}
