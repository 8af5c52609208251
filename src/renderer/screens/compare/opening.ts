/** Which runs the two panes begin with, where the address leaves that open. */
import type { CompareRoute } from '../../lib/routes.ts';
import type { TextFrame } from './choices.ts';
import type { ByRun } from './record.svelte.ts';

/** So many of the newest runs are looked through for one to begin with. */
const MOST_LOOKED_AT = 30;

type Known = readonly { readonly id: number; readonly epoch: number }[];
type Two = readonly [left: number, right: number];

/**
 * What the address names: panes before curves. Else the newest run with texts of two epochs, on both sides; else the two newest with one
 * each, the older on the left. Null where there is nothing to compare.
 */
export async function openingRuns(
  { left, right, runs }: Pick<CompareRoute, 'left' | 'right' | 'runs'>,
  known: Known,
  texts: ByRun<readonly TextFrame[]>,
): Promise<Two | null> {
  const first = left?.run ?? runs.find((run) => run !== right?.run) ?? right?.run;
  if (first === undefined) return newest(known, texts);
  return [first, right?.run ?? runs.find((run) => run !== first) ?? first];
}

async function newest(known: Known, texts: ByRun<readonly TextFrame[]>): Promise<Two | null> {
  const single: number[] = [];
  for (const { id } of known.filter(({ epoch }) => epoch >= 1).slice(0, MOST_LOOKED_AT)) {
    await texts.need(id);
    const epochs = texts.value(id)?.length ?? 0;
    if (epochs >= 2) return [id, id];
    if (epochs === 1) single.push(id);
  }
  const [newer, older] = single;
  return newer === undefined || older === undefined ? null : [older, newer];
}
