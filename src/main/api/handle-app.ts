import type { RequestHandlers } from './handlers.ts';
import type { Host } from './host.ts';
import type { ApiServices } from './services.ts';

type Names =
  | 'app:info'
  | 'app:diagnosis'
  | 'app:show-data'
  | 'preferences:get'
  | 'preferences:set'
  | 'files:open'
  | 'files:save'
  | 'files:release';

export function appHandlers(services: ApiServices, host: Host): Pick<RequestHandlers, Names> {
  const { chosenFiles, preferences } = services;
  return {
    'app:info': async () => ({
      replaced: await services.keeping.owner.settled(), // first: nothing else is to be asked for while the record is let go of
      version: services.version,
      host: host.kind,
      platform: services.platform,
      dataDir: services.dataDir,
      dataBytes: await services.dataBytes(),
      logFile: host.logFile,
      compiles: services.compiles,
    }),
    'app:diagnosis': () => services.diagnosis(services.engines.known().reports),
    'app:show-data': async () => {
      await host.showFolder(services.dataDir);
      return null;
    },
    'preferences:get': () => preferences.get(),
    'preferences:set': (change) => preferences.set(change),
    'files:open': async ({ kind }) => {
      const path = await host.openFile(kind);
      return path === null ? null : chosenFiles.toRead(path);
    },
    'files:save': async ({ kind, suggestedName }) => {
      const path = await host.saveFile(kind, suggestedName);
      return path === null ? null : chosenFiles.toWrite(path, host.kind === 'browser' ? suggestedName : undefined);
    },
    'files:release': ({ handle }) => {
      chosenFiles.release(handle);
      return null;
    },
  };
}
