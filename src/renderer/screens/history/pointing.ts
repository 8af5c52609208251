/** What a click in the list of runs is on, and what it does to the selection. */
import type { HistoryView } from './history.svelte.ts';

/** The run whose row this is in; null outside of rows. */
export function runAt(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-run]') : null;
  return row === null ? null : Number(row.dataset.run);
}

/** Links, boxes and buttons in a row do what they are for. */
export function isOnControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('a, button, input') !== null;
}

export function selectByClick(view: HistoryView, event: MouseEvent): void {
  const id = runAt(event.target);
  if (id === null || isOnControl(event.target)) return;
  if (event.shiftKey) view.extendTo(id);
  else if (event.ctrlKey || event.metaKey) view.toggle(id);
  else view.selectOnly(id);
}
