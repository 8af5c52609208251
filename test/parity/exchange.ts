/**
 * Folio's part of exchange_keras.py and exchange_torch.py: imports a file into a new record, compares the logits on every engine that
 * opens with those given, exports the run. Arguments: FILE LOGITS OUT.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createNetwork } from '../../src/main/model/network.ts';
import { decodeSafetensors } from '../../src/main/model/safetensors.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { createExchangeService } from '../../src/main/services/exchange.ts';
import { openStore } from '../../src/main/store/open.ts';
import { openForTest } from '../support/open-engines.ts';
import { relativeError, timeMajor } from './golden.ts';

const [file = '', logitsFile = '', out = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'folio-exchange-'));
try {
  const store = openStore(folder, { mode: 'write' });
  const service = createExchangeService(store);
  const run = store.run(await service.importWeights(file));
  console.log(
    `imported ${file} as run ${run.id}: ${run.vocabulary.length} characters, ${run.config.cell} x ${run.config.layers}`,
  );

  const given = decodeSafetensors(readFileSync(logitsFile)).arrays;
  const [inputs, logits] = [given.get('inputs'), given.get('logits')];
  if (inputs === undefined || logits === undefined) throw new Error(`${logitsFile} holds no inputs and logits`);
  const [B = 0, T = 0] = inputs.shape;
  const checkpoint = run.checkpoints[0]?.id ?? -1;
  for (const engine of ['tensorflow', 'wasm'] as const) {
    const { ops, reason } = await openForTest(engine);
    if (ops === null) {
      console.log(`${engine}: not compared, ${reason}`);
      continue;
    }
    const shape = networkShapeOf(run.config, run.vocabulary.length);
    const network = createNetwork(ops, shape, { precision: 'float32', dropout: 0 });
    network.load(decodeSafetensors(store.checkpointWeights(checkpoint)).arrays);
    const batch = { inputs: timeMajor(Int32Array.from(inputs.data), B, T), batchSize: B };
    const actual = await ops.read(network.logits(batch, network.zeroState(B)).logits); // [TB, V]
    const V = shape.vocabularySize;
    const expected = Float32Array.from(actual, (_, i) => {
      const row = Math.floor(i / V);
      return logits.data[((row % B) * T + Math.floor(row / B)) * V + (i % V)] ?? NaN;
    });
    const error = relativeError(actual, expected);
    console.log(`${engine}: largest relative difference of the logits ${error.toExponential(1)}`);
    if (!(error <= 1e-4)) process.exitCode = 1;
    ops.close();
  }
  console.log(`exported ${(await service.exportWeights(run.id, 'last', out)).bytes} bytes to ${out}`);
  store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
