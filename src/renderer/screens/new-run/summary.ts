/** A closed group of settings in one line. */
import type { RunConfig } from '../../../shared/config.ts';
import type { Format } from '../../lib/format.ts';
import type { Words } from '../../words/en/index.ts';
import type { GroupName } from './kinds.ts';
import { writeNumber } from './numbers.ts';

/** A language: its catalogue and how it writes numbers. */
export interface Speech {
  readonly words: Words;
  readonly format: Format;
}

export function groupSummary(group: GroupName, config: RunConfig, { words, format }: Speech): string {
  const say = words.newRun.settings;
  switch (group) {
    case 'network': {
      const network = words.common.layers(config.layers, config.cell.toUpperCase(), format.count(config.units));
      return say.summaryNetwork(network, format.count(config.embeddingSize));
    }
    case 'reading':
      return say.summaryReading(format.count(config.batchSize), format.count(config.sequenceLength));
    case 'learning':
      return say.summaryLearning(say.choices.optimizer[config.optimizer] ?? '', writeNumber(config.learningRate));
    case 'samples':
      return say.summarySamples(config.prompts.length, words.common.listed(config.temperatures.map(writeNumber)));
    case 'stopping':
      if (config.minutes > 0) return say.summaryMinutes(format.plain(config.minutes));
      return config.maxSteps > 0
        ? say.summarySteps(format.count(config.maxSteps))
        : say.summaryEpochs(format.count(config.epochs));
  }
}
