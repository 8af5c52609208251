/** FOLIO_NATIVE_LEVEL as the person set it: a wrong one is said before a process is started with it, which would leave TensorFlow out. */
import type { EngineChoice } from '../../shared/domain.ts';
import { checkAskedLevel } from '../engine/tensorflow/levels.ts';

/** @throws FolioError 'usage' where `engine` may come to TensorFlow and the variable is neither unset, empty, nor a level. */
export function refuseWrongLevel(
  engine: EngineChoice,
  env: Readonly<Record<string, string | undefined>> = process.env,
): void {
  if (engine === 'auto' || engine === 'tensorflow') checkAskedLevel(env);
}
