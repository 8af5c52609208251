/** Whether the native engine's files are, byte for byte, what was installed. Nothing of them is loaded. */
import { FolioError } from '../../shared/errors.ts';
import { verifyBuild } from '../engine/tensorflow/cache.ts';
import { BrokenBuild, locateBuild, type ReadyBuild } from '../engine/tensorflow/locate.ts';
import type { FromTrainer } from './messages.ts';

export type Verified = Extract<FromTrainer, { type: 'engine-verified' }>;

/** Reads every file of the TensorFlow build that would be used: seconds. Throws what reading a file throws. */
export async function verifyEngine(): Promise<Verified> {
  let build: ReadyBuild;
  try {
    build = locateBuild();
  } catch (error) {
    if (!(error instanceof FolioError)) throw error;
    const said = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
    // Not being there is in order; being there in pieces, or an environment that asks for nonsense, is not.
    const wrong = error.cause instanceof BrokenBuild || error.code === 'usage' ? said : null;
    return { type: 'engine-verified', version: null, build: null, files: 0, bytes: 0, wrong, missing: said };
  }
  const { version, id, files } = build.manifest;
  return {
    type: 'engine-verified',
    version,
    build: id,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    wrong: await verifyBuild(build.folder),
    missing: null,
  };
}
