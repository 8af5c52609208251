import { afterAll, expect, it } from 'vitest';
import { openWasm } from '../../src/main/engine/wasm/open.ts';
import { Network } from '../../src/main/model/network.ts';

const ops = await openWasm();
afterAll(() => ops.close());

it('mixed precision that an engine lacks is refused with a way out for a new run and for one that is resumed', () => {
  const shape = { cell: 'gru', layers: 1, embeddingSize: 2, units: 2, vocabularySize: 2 } as const;
  expect(() => new Network(ops, shape, { precision: 'mixed', dropout: 0 })).toThrow(
    expect.objectContaining({
      code: 'engine',
      hint: expect.stringMatching(/--engine tensorflow \(.*--install.*, or --set precision=float32\.$/) as string,
    }),
  );
});
