import { setImmediate as otherWork } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Whether nothing holds any of these any more. */
export async function areGone(values: readonly WeakRef<object>[]): Promise<boolean> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void; // what the flag adds
  await otherWork(); // what this turn has looked at stays until its end
  collect();
  return values.every((value) => value.deref() === undefined);
}
