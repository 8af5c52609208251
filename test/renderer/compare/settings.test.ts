import { describe, expect, it } from 'vitest';
import { createFormat } from '../../../src/renderer/lib/format.ts';
import { difference } from '../../../src/renderer/screens/compare/facts.ts';
import {
  assignColours,
  lowest,
  sameSetting,
  settingRows,
  tellSetting,
  type SettingWords,
} from '../../../src/renderer/screens/compare/settings.ts';
import { en, type Words } from '../../../src/renderer/words/en/index.ts';
import { zh } from '../../../src/renderer/words/zh/index.ts';
import { PRESETS } from '../../../src/shared/presets.ts';

const { config } = PRESETS.quick;

function settingWords({ compare, common, newRun }: Words): SettingWords {
  return {
    ...compare,
    listed: common.listed,
    choices: newRun.settings.choices,
    number: (value) => createFormat('en').plain(value, 10),
  };
}

describe('settings side by side', () => {
  it('differ only where two runs have them otherwise', () => {
    const other = { ...config, units: 512, batching: 'shuffled' as const };
    const rows = settingRows([config, other, config]);
    expect(rows).toHaveLength(28);
    expect(rows.filter(({ differs }) => differs).map(({ key, values }) => [key, ...values])).toEqual([
      ['units', config.units, 512, config.units],
      ['batching', config.batching, 'shuffled', config.batching],
    ]);
  });

  it('compares lists by their members', () => {
    const same = settingRows([config, { ...config, prompts: [...config.prompts] }]);
    expect(same.some(({ differs }) => differs)).toBe(false);
    expect(sameSetting(['A'], ['A'])).toBe(true);
    expect(sameSetting(['A', 'B'], ['B', 'A'])).toBe(false);
  });

  it('leaves a run that is not known out', () => {
    expect(settingRows([config, null]).some(({ differs }) => differs)).toBe(false);
    expect(sameSetting(null, 3)).toBe(true);
  });

  it('are told in words', () => {
    const words = settingWords(en);
    expect(tellSetting('carryState', true, words)).toBe('yes');
    expect(tellSetting('learningRate', 0.004, words)).toBe('0.004');
    expect(tellSetting('prompts', ['ROMEO: ', 'First'], words)).toBe('“ROMEO:”, “First”');
    expect(tellSetting('temperatures', [0.5, 1], words)).toBe('0.5, 1');
    expect(tellSetting('cell', 'gru', words)).toBe('GRU');
    expect(tellSetting('units', null, words)).toBe('');
    expect(tellSetting('prompts', ['ROMEO: ', 'First'], settingWords(zh))).toBe('“ROMEO:”、“First”');
  });

  it('are counted in a sentence', () => {
    expect(en.compare.differ(0, 27)).toBe('None of the 27 settings differs.');
    expect(en.compare.differ(1, 27)).toBe('One of 27 settings differs. The others are the same.');
    expect(en.compare.differ(2, 27)).toBe('Two of 27 settings differ. The others are the same.');
    expect(en.compare.differ(13, 27)).toBe('13 of 27 settings differ. The others are the same.');
    expect(en.compare.differ(27, 27)).toBe('All 27 settings differ.');
  });
});

describe('losses side by side', () => {
  it('take the lowest that is a number', () => {
    const epochs = [
      { trainLoss: 2, validationLoss: null },
      { trainLoss: NaN, validationLoss: 1.9 },
      { trainLoss: 1.5, validationLoss: 2.1 },
    ];
    expect(lowest(epochs, 'trainLoss')).toBe(1.5);
    expect(lowest(epochs, 'validationLoss')).toBe(1.9);
    expect(lowest([], 'trainLoss')).toBeNull();
  });

  it('are told with the sign of their difference from the baseline', () => {
    const format = createFormat('en');
    expect([difference(0.25, format), difference(-0.25, format), difference(-0.0001, format)]).toEqual([
      '+0.250',
      '−0.250',
      '±0.000',
    ]);
  });

  it('write an enormous perplexity as a power of ten', () => {
    const format = createFormat('en');
    expect([format.perplexity(1.5), format.perplexity(8), format.perplexity(50.933)]).toEqual([
      '4.48',
      '2,981',
      '1.3 × 10²²',
    ]);
    expect(format.perplexity(1000)).toBe('∞');
  });
});

describe('colours of runs', () => {
  it('stay with their run while others come and go', () => {
    const first = assignColours([4, 5, 6], new Map(), 8);
    expect([...first]).toEqual([
      [4, 1],
      [5, 2],
      [6, 3],
    ]);
    const without = assignColours([6, 4], first, 8);
    expect([without.get(4), without.get(6)]).toEqual([1, 3]);
    expect(assignColours([9, 6, 4], without, 8).get(9)).toBe(2);
  });
});
