/** For every name of the contract a payload that fits, and payloads that do not. */
import { requests, topics } from '../../src/shared/contract/index.ts';
import type { RequestName, RequestPayload, TopicName, TopicPayload } from '../../src/shared/contract/index.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import fc from '../property.ts';

const handle = 'f'.repeat(36);
const { config } = PRESETS.quick;
const checkpoint = { run: 1, epoch: 'best', engine: 'auto' } as const;
const settings = { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 1, length: 100, stop: '' };

export const REQUEST_PAYLOADS: { readonly [Name in RequestName]: RequestPayload<Name> } = {
  'app:info': {},
  'app:diagnosis': {},
  'app:show-data': {},
  'preferences:get': {},
  'preferences:set': {},
  'files:open': { kind: 'text' },
  'files:save': { kind: 'weights', suggestedName: 'a.safetensors' },
  'files:release': { handle },
  'corpora:list': {},
  'corpora:excerpt': { id: 1, characters: 100 },
  'corpora:characters': { id: 1 },
  'corpora:rename': { id: 1, name: 'a text' },
  'corpora:remove': { id: 1 },
  'corpora:restore': { id: 1 },
  'runs:list': { archived: 'all' },
  'runs:show': { id: 1 },
  'runs:beginning': { id: 1 },
  'runs:rename': { id: 1, name: 'a run' },
  'runs:annotate': { id: 1, notes: 'a note', tags: ['a tag'] },
  'runs:archive': { ids: [1], archived: true },
  'runs:delete': { ids: [1] },
  'runs:restore': { ids: [1] },
  'runs:deleted': {},
  'runs:empty-trash': {},
  'runs:curve': { id: 1, x: 'step', points: 100, smoothing: 0.5 },
  'samples:by-epoch': { id: 1 },
  'samples:list': { id: 1, origin: 'all', offset: 0, limit: 10 },
  'samples:delete': { ids: [1] },
  'samples:restore': { ids: [1] },
  'training:circumstances': {},
  'training:start': { name: 'a run', preset: 'quick', corpusId: 1, config, engine: 'auto' },
  'training:resume': { id: 1, engine: 'auto' },
  'training:pause': { id: 1 },
  'training:continue': { id: 1 },
  'training:stop': { id: 1 },
  'training:live': {},
  'training:resume-offer': {},
  'training:decline-offer': {},
  'writing:warm': checkpoint,
  'engines:known': {},
  'updates:state': {},
  'updates:set': { on: true, address: 'https://folio.example/latest.json' },
  'updates:check': {},
  'updates:told': { version: '1.2.3' },
  'updates:open-page': {},
  'licences:there': {},
  'licences:read': {},
  'packs:list': {},
  'packs:remove': { id: '2.21.0-cuda-linux-x64' },
  'packs:discard': {},
  'packs:choose': {},
  'record:last-backup': {},
  'record:place': {},
  'record:choose-folder': {},
  'record:restart': {},
  'record:settle-old': { what: 'keep' },
};

export const TOPIC_PAYLOADS: { readonly [Name in TopicName]: TopicPayload<Name> } = {
  'corpora:changed': {},
  'corpora:add': { file: handle, name: 'a text' },
  'runs:changed': {},
  'runs:export-weights': { id: 1, epoch: 'last', file: handle },
  'runs:import-weights': { file: handle },
  'runs:export-metrics': { id: 1, file: handle },
  'runs:export-curves': { ids: [2, 1], file: handle },
  'training:news': {},
  'training:trial': { corpusId: 1, config, engine: 'auto' },
  'writing:write': { ...checkpoint, prompt: 'ROMEO: ', unknown: 'drop', settings, count: 2 },
  'writing:reproduce': { sample: 1, run: 1 },
  'writing:evaluate': { ...checkpoint, file: handle, unknown: 'refuse' },
  'engines:probe': {},
  'engines:install': { build: 'cpu' },
  'updates:changed': {},
  'packs:install': { source: { address: 'https://example.org/cuda/' } },
  'record:backup': { file: handle },
  'record:move': { folder: handle },
  'record:examine-backup': { file: handle },
  'record:restore': { file: handle },
  'record:replaced': {},
  'runs:export-bundle': { id: 1, all: false, text: true, file: handle },
  'runs:import-bundle': { file: handle, copy: false },
  'files:given': {},
};

export interface Named {
  readonly kind: 'request' | 'topic';
  readonly name: string;
  readonly payload: object;
}

export const EVERYTHING: readonly Named[] = [
  ...Object.entries(REQUEST_PAYLOADS).map(([name, payload]) => ({ kind: 'request', name, payload }) as const),
  ...Object.entries(TOPIC_PAYLOADS).map(([name, payload]) => ({ kind: 'topic', name, payload }) as const),
];

/** Whether the contract itself would take this payload. */
export function fits({ kind, name }: Pick<Named, 'kind' | 'name'>, payload: unknown): boolean {
  const schema = kind === 'request' ? requests[name as RequestName].payload : topics[name as TopicName].payload;
  return schema.safeParse(payload).success;
}

/** Each is wrong by its making, whatever the schema says: so a schema that is not strict or has no bounds is found out. */
export function spoilt({ payload }: Named): unknown[] {
  const leaves = leavesOf(payload);
  return [
    null,
    [],
    'text',
    7,
    [payload],
    { ...payload, more: 1 },
    { ...payload, constructor: 1 },
    ...leaves.map((path) => withLeaf(payload, path, { nested: true })),
    ...leaves.map((path) => withLeaf(payload, path, 'x'.repeat(300_000))),
    ...leaves.map((path) => withLeaf(payload, path, new Array(20_000).fill(1))),
  ];
}

/** Any JSON, and the right payload with any JSON in one place. May be right by chance: see {@link fits}. */
export function junk({ payload }: Named): fc.Arbitrary<unknown> {
  const leaves = leavesOf(payload);
  const any = fc.jsonValue({ maxDepth: 3 });
  if (leaves.length === 0) return any;
  const changed = fc.tuple(fc.constantFrom(...leaves), any).map(([path, value]) => withLeaf(payload, path, value));
  return fc.oneof(any, changed);
}

type Path = readonly string[];

function leavesOf(value: object): Path[] {
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? leavesOf(child).map((path) => [key, ...path])
      : [[key]],
  );
}

function withLeaf(value: object, [key = '', ...rest]: Path, leaf: unknown): object {
  const child = (value as Record<string, unknown>)[key];
  return { ...value, [key]: rest.length === 0 ? leaf : withLeaf(child as object, rest, leaf) };
}
