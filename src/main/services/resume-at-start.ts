/** The run that a clean quit interrupted, remembered in the record until the next start has asked about it. */
import { z } from 'zod';
import type { EngineChoice } from '../../shared/domain.ts';
import { ENGINE_NAMES } from '../../shared/domain.ts';
import type { Store } from '../store/types.ts';
import { isResumable } from './run-states.ts';

const SETTING = 'resume-at-start';

const rememberedSchema = z.object({ run: z.number().int(), engine: z.enum(['auto', ...ENGINE_NAMES]) });

export interface RememberedRun {
  readonly run: number;
  readonly name: string;
  readonly engine: EngineChoice;
}

export function rememberForStart(store: Store, run: number, engine: EngineChoice): void {
  store.setSetting(SETTING, JSON.stringify({ run, engine }));
}

export function forgetForStart(store: Store): void {
  if ((store.setting(SETTING) ?? '') !== '') store.setSetting(SETTING, '');
}

/** Null when there is none, or when it cannot be resumed any more. */
export function rememberedForStart(store: Store): RememberedRun | null {
  const stored = store.setting(SETTING) ?? '';
  const remembered = stored === '' ? null : rememberedSchema.safeParse(jsonOrNull(stored)).data;
  if (remembered === null || remembered === undefined) return null;
  const [run] = store.listRuns({ archived: 'all', ids: [remembered.run] });
  if (run === undefined || !isResumable(run.status)) return null;
  return { run: run.id, name: run.name, engine: remembered.engine };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
