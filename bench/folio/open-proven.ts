import { openEngine } from '../../src/main/engine/open.ts';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { trainerEnvironment } from '../../src/main/services/trainer-environment.ts';
import { proveLayers } from '../../src/main/trainer/prove-layers.ts';
import type { EngineName } from '../../src/shared/domain.ts';

/**
 * An engine as the program's own processes compute with it, whoever started this one: in their environment, which says how many threads
 * there are; fused layers that are not proven here are given up, and the device says so.
 * @throws FolioError 'engine' when it is not there
 */
export async function openProven(name: EngineName): Promise<TensorOps> {
  Object.assign(process.env, trainerEnvironment(process.env)); // before the library is loaded
  const ops = await openEngine(name, 'named');
  await proveLayers(ops);
  return ops;
}
