/** Does what a key asked for in the list of runs. */
import type { RunActions } from './actions.svelte.ts';
import type { HistoryView } from './history.svelte.ts';
import type { Command } from './keys.ts';

/** What the table itself does: bring a row into view, open a run's menu. */
export interface TableWays {
  reveal(run: number): void;
  menu(run: number): void;
}

export function perform(command: Command, view: HistoryView, actions: RunActions, ways: TableWays): void {
  const { active } = view;
  switch (command.kind) {
    case 'all':
      view.selectAll();
      return;
    case 'none':
      view.selectNone();
      return;
    case 'delete':
      void actions.delete(view.targets());
      return;
    case 'move': {
      const next = view.neighbour(command.by);
      if (next === null) return;
      if (command.extend) view.extendTo(next);
      ways.reveal(next);
      return;
    }
    default:
      if (active === null) return;
      if (command.kind === 'open') actions.open(active);
      else if (command.kind === 'rename') view.rename(active);
      else if (command.kind === 'toggle') view.toggle(active);
      else ways.menu(active);
  }
}
