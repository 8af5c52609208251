/** What processes that own tensors find in their environment, whoever starts them. */
import { availableParallelism } from 'node:os';

/**
 * This process's environment with TensorFlow told to be quiet, to take a GPU's memory as it needs it, and to compute on as many threads as
 * this process may use: it counts processors itself, and knows nothing of a container's share of them. What the person set stands.
 *
 * @param bundledEngines the folder of the engines that came with a package of Folio; left out in a checkout
 */
export function trainerEnvironment(environment: NodeJS.ProcessEnv, bundledEngines?: string): NodeJS.ProcessEnv {
  return {
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true', // must be set before the library is loaded
    TF_NUM_INTRAOP_THREADS: String(availableParallelism()),
    // For the download of a pack, where somebody has to use a proxy (HTTPS_PROXY, NO_PROXY).
    NODE_USE_ENV_PROXY: '1',
    ...(bundledEngines === undefined ? {} : { FOLIO_BUNDLED_ENGINES: bundledEngines }),
    ...environment,
  };
}
