import { openEngine } from '../../src/main/engine/open.ts';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { proveLayers } from '../../src/main/trainer/prove-layers.ts';
import type { EngineName } from '../../src/shared/domain.ts';

/**
 * An engine as the program's own processes compute with it: fused layers that are not proven here are given up, and the device says so.
 * @throws FolioError 'engine' when it is not there
 */
export async function openProven(name: EngineName): Promise<TensorOps> {
  const ops = await openEngine(name, 'named');
  await proveLayers(ops);
  return ops;
}
