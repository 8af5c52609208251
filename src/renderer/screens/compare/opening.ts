/** Which runs the two panes begin with, where the address leaves that open. */
import type { CompareRoute } from '../../lib/routes.ts';
import type { TextFrame } from './choices.ts';
import type { ByRun } from './record.svelte.ts';

/** So many of the newest runs are looked through for one to begin with. */
const MOST_LOOKED_AT = 30;

/** What the address names: panes before curves. Else the newest run with texts of two epochs, on both sides; null without one. */
export async function openingRuns(
  { left, right, runs }: Pick<CompareRoute, 'left' | 'right' | 'runs'>,
  known: readonly { readonly id: number; readonly epoch: number }[],
  texts: ByRun<readonly TextFrame[]>,
): Promise<readonly [left: number, right: number] | null> {
  const named = left?.run ?? runs.find((run) => run !== right?.run) ?? right?.run ?? null;
  const first = named ?? (await newestWithTwo(known, texts));
  if (first === null) return null;
  return [first, right?.run ?? runs.find((run) => run !== first) ?? first];
}

async function newestWithTwo(
  known: readonly { readonly id: number; readonly epoch: number }[],
  texts: ByRun<readonly TextFrame[]>,
): Promise<number | null> {
  for (const { id } of known.filter(({ epoch }) => epoch >= 2).slice(0, MOST_LOOKED_AT)) {
    await texts.need(id);
    if ((texts.value(id)?.length ?? 0) >= 2) return id;
  }
  return null;
}
