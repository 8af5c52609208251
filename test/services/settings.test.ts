import { describe, expect, it } from 'vitest';
import { applySettings, checkConfig, describeSetting } from '../../src/main/services/settings.ts';
import { CONFIG_KEYS, runConfigSchema } from '../../src/shared/config.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import fc from '../property.ts';

// The same cases every time.
const tutorial = PRESETS.tutorial.config;

function refusal(...pairs: string[]): FolioError {
  try {
    applySettings(tutorial, pairs);
  } catch (error) {
    if (error instanceof FolioError) return error;
    throw error;
  }
  throw new Error(`${pairs.join(' ')} was accepted`);
}

describe('applySettings', () => {
  it.each<[string, object]>([
    ['units=512', { units: 512 }],
    ['learningRate=4e-3', { learningRate: 0.004 }],
    [' dropout = 0.25 ', { dropout: 0.25 }],
    ['carryState=false', { carryState: false }],
    ['cell=lstm', { cell: 'lstm' }],
    ['temperatures=0.5,1', { temperatures: [0.5, 1] }],
    ['temperatures=[0, 0.8]', { temperatures: [0, 0.8] }],
    ['temperatures=.7', { temperatures: [0.7] }],
    ['prompts=["a","b\\n"]', { prompts: ['a', 'b\n'] }],
    ['prompts=JULIET: a=b', { prompts: ['JULIET: a=b'] }],
    ['prompts=[Enter ROMEO]', { prompts: ['[Enter ROMEO]'] }],
    ['seed=4294967295', { seed: 4_294_967_295 }],
  ])('%s', (pair, change) => {
    expect(applySettings(tutorial, [pair])).toEqual({ ...tutorial, ...change });
  });

  it('takes no prompts where no samples are asked for', () => {
    expect(applySettings(tutorial, ['prompts=', 'sampleEvery=0']).prompts).toEqual([]);
    expect(applySettings(tutorial, ['prompts=[]', 'sampleEvery=0']).prompts).toEqual([]);
  });

  it('lets the last of several win and leaves the configuration given to it alone', () => {
    expect(applySettings(tutorial, ['units=8', 'units=16']).units).toBe(16);
    expect(tutorial.units).toBe(1024);
  });

  it.each([
    ['unit=3', 'Did you mean units?'],
    ['learning-rate=1', 'Did you mean learningRate?'],
    ['batchsize=1', 'Did you mean batchSize?'],
    ['lernrate=1', 'Did you mean learningRate?'],
    ['temperature=1', 'Did you mean temperatures?'],
    ['zzzzzzzz=1', 'The settings are cell, layers,'],
    ['__proto__=1', 'The settings are'],
    ['=1', 'The settings are'],
  ])('refuses the unknown name in %s', (pair, hint) => {
    const error = refusal(pair);
    expect(error.code).toBe('config');
    expect(error.message).toContain('there is no setting');
    expect(error.hint).toContain(hint);
  });

  it.each([
    ['units=0', 'units must be a whole number from 1 to 8192, not 0'],
    ['units=1.5', 'units must be a whole number from 1 to 8192, not 1.5'],
    ['units=1e999', 'units must be a whole number from 1 to 8192, not 1e999'],
    ['units=', 'units must be a whole number from 1 to 8192, not ""'],
    ['units=0x10', 'units must be a whole number from 1 to 8192, not "0x10"'],
    ['learningRate=nan', 'learningRate must be a number from 1e-8 to 10, not "nan"'],
    ['carryState=1', 'carryState must be true or false, not "1"'],
    ['schedule=cosin', 'schedule must be constant, cosine, linear or exponential, not "cosin"'],
    ['temperatures=1,,2', 'temperatures must be 1 to 8 numbers from 0 to 10 with commas between them, not "1,,2"'],
    ['temperatures=11', 'not "11"'],
    ['temperatures=', 'not ""'],
    ['prompts=["a', 'prompts must be one text or up to 16 as a JSON array'],
    ['prompts=["a",1]', 'prompts must be'],
    ['prompts=[""]', 'prompts must be'],
    [`prompts=${'a'.repeat(10_001)}`, 'each of 1 to 10,000 characters'],
  ])('refuses %s', (pair, message) => {
    const error = refusal(pair);
    expect(error.code).toBe('config');
    expect(error.message).toContain(message);
  });

  it('suggests the nearest word', () => {
    expect(refusal('schedule=cosin').hint).toBe('Did you mean --set schedule=cosine?');
    expect(refusal('cell=GRU').hint).toBe('Did you mean --set cell=gru?');
  });

  it('checks the settings against each other, once all are applied', () => {
    expect(refusal('weightDecay=0.1').hint).toContain('--set optimizer=adamw');
    expect(applySettings(tutorial, ['weightDecay=0.1', 'optimizer=adamw']).weightDecay).toBe(0.1);
  });

  it('asks for name=value', () => {
    expect(refusal('units').message).toContain('not of the form name=value');
  });

  it('throws nothing but a FolioError and gives nothing but a valid configuration', () => {
    const name = fc.oneof(fc.constantFrom<string>(...CONFIG_KEYS), fc.string());
    const value = fc.oneof(fc.string(), fc.json(), fc.double().map(String), fc.integer().map(String));
    const pair = fc.oneof(
      fc.string(),
      fc.tuple(name, value).map(([left, right]) => `${left}=${right}`),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 3 }), (pairs) => {
        try {
          expect(runConfigSchema.safeParse(applySettings(tutorial, pairs)).success).toBe(true);
        } catch (error) {
          if (!(error instanceof FolioError)) throw error;
          expect(error.code).toBe('config');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('takes back every number that it shows', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 10, noNaN: true }), (learningRate) => {
        expect(applySettings(tutorial, [`learningRate=${learningRate}`]).learningRate).toBe(learningRate);
      }),
    );
  });
});

describe('checkConfig', () => {
  it.each(Object.values(PRESETS))('accepts preset $name', ({ config }) => {
    expect(() => checkConfig(config)).not.toThrow();
  });

  it.each([
    [{ weightDecay: 0.01 }, 'weightDecay is 0.01', 'optimizer=adamw'],
    [{ patience: 3 }, 'patience is 3', 'validationFraction=0.1'],
    [{ maxSteps: 10, warmupSteps: 10 }, 'warmupSteps is 10', 'more maxSteps'],
    [{ prompts: [] }, 'no prompts', 'sampleEvery=0'],
  ])('refuses %j', (change, message, hint) => {
    const check = () => checkConfig({ ...tutorial, ...change });
    expect(check).toThrow(message);
    expect(check).toThrow(
      expect.objectContaining({ code: 'config', hint: expect.stringContaining(hint) as string }) as Error,
    );
  });
});

describe('describeSetting', () => {
  it('has words for every setting', () => {
    for (const key of CONFIG_KEYS) expect(describeSetting(key)).not.toContain('something else');
    expect(describeSetting('layers')).toBe('a whole number from 1 to 4');
  });
});
