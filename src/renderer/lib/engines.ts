/** The engines that a person can choose from. */
import { ENGINE_NAMES } from '../../shared/domain.ts';
import type { EngineChoice, EngineName } from '../../shared/domain.ts';

/** Not part of this version: it has its name, so that records of later ones can be read. */
export function isToCome(engine: EngineChoice): boolean {
  return engine === 'webgpu';
}

/** What a list offers; one that is to come only where it was chosen already. */
export function engineChoices(chosen: EngineChoice): readonly EngineChoice[] {
  return ['auto', ...ENGINE_NAMES.filter((name: EngineName) => !isToCome(name) || name === chosen)];
}
