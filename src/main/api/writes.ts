import type { RequestName } from '../../shared/contract/index.ts';

/** Which requests write to the record. A new one has to say. */
const WRITES: Readonly<Record<RequestName, boolean>> = {
  'app:info': false,
  'app:diagnosis': false,
  'app:show-data': false,
  'preferences:get': false,
  'preferences:set': true,
  'files:open': false,
  'files:save': false,
  'files:release': false,
  'corpora:list': false, // but for the built-in text, once, before there is anything to train with
  'corpora:excerpt': false,
  'corpora:characters': false,
  'corpora:rename': true,
  'corpora:remove': true,
  'corpora:restore': true,
  'runs:list': false,
  'runs:show': false,
  'runs:beginning': false,
  'runs:rename': true,
  'runs:annotate': true,
  'runs:archive': true,
  'runs:delete': true,
  'runs:restore': true,
  'runs:deleted': false,
  'runs:empty-trash': true,
  'runs:curve': false,
  'samples:by-epoch': false,
  'samples:list': false,
  'samples:delete': true,
  'samples:restore': true,
  'training:circumstances': false,
  'training:start': true,
  'training:resume': true,
  'training:pause': false,
  'training:continue': false,
  'training:stop': false, // the process hears it at once; what is written of it waits by itself
  'training:live': false,
  'training:resume-offer': false,
  'training:decline-offer': true,
  'writing:warm': false,
  'engines:known': false,
  'updates:state': false,
  'updates:set': true,
  'updates:check': false, // its answer may be seconds away; what is stored then waits by itself
  'updates:told': true,
  'updates:open-page': false,
  'licences:there': false,
  'licences:read': false,
  'packs:list': false,
  'packs:remove': false, // not of the record
  'packs:discard': false,
  'packs:choose': false,
  'record:last-backup': false,
  'record:place': false,
  'record:choose-folder': false,
  'record:restart': false,
  'record:settle-old': false, // another record
};

export function writesToRecord(name: RequestName): boolean {
  return WRITES[name];
}
