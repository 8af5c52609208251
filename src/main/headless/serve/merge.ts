/**
 * What events become while a window does not take them fast enough: fewer, never wrong. Each topic says how, because only some of them
 * tell a whole state of which the newest is enough; the others tell what was added, of which nothing may be missing.
 */
import type { TopicEvent, TopicName } from '../../../shared/contract/index.ts';
import { thinned } from '../../services/live-training.ts';

type Merge<Name extends TopicName> = (
  held: readonly TopicEvent<Name>[],
  next: TopicEvent<Name>,
) => readonly TopicEvent<Name>[];

function newest<Event>(_held: readonly Event[], next: Event): readonly Event[] {
  return [next];
}

/** Pieces of one stream become one piece; streams stay apart. */
function grown<Event extends { readonly stream: number; readonly text: string }>(
  held: readonly Event[],
  next: Event,
): readonly Event[] {
  const before = held.find(({ stream }) => stream === next.stream);
  if (before === undefined) return [...held, next];
  return held.map((event) => (event === before ? { ...next, text: before.text + next.text } : event));
}

const MERGE: { readonly [Name in TopicName]: Merge<Name> } = {
  'corpora:changed': newest,
  'corpora:add': newest,
  'runs:changed': ([held], next) => {
    if (held === undefined) return [next];
    const gone = new Set([...held.gone, ...next.gone]);
    for (const { id } of next.changed) gone.delete(id); // restored
    const changed = new Map([...held.changed, ...next.changed].map((run) => [run.id, run]));
    return [{ changed: [...changed.values()].filter(({ id }) => !gone.has(id)), gone: [...gone] }];
  },
  'runs:export-weights': newest,
  'runs:import-weights': newest,
  'runs:export-metrics': newest,
  'runs:export-curves': newest,
  // Of the steps a chart's worth is kept; everything that happens once, all of it.
  'training:news': ([held], next) => [
    held === undefined ? next : { live: next.live, events: thinned([...held.events, ...next.events]) },
  ],
  'training:trial': newest,
  'writing:write': grown,
  'writing:reproduce': grown,
  'writing:evaluate': newest,
  'engines:probe': (held, next) => [...held.filter(({ engine }) => engine !== next.engine), next],
  'engines:install': newest,
  'updates:changed': newest,
  'packs:install': newest,
  'record:backup': newest,
  'record:move': newest,
  'record:examine-backup': newest,
  'record:restore': newest,
  'record:replaced': newest,
  'runs:export-bundle': newest,
  'runs:import-bundle': newest,
  'files:given': (held, next) => [...held, next],
};

/** The events to deliver later, the next one included. All are of the topic `name`. */
export function merged(name: TopicName, held: readonly unknown[], next: unknown): readonly unknown[] {
  const merge = MERGE[name] as (held: readonly unknown[], next: unknown) => readonly unknown[]; // of this very topic
  return merge(held, next);
}
