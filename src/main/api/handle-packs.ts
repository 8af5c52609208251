import type { Jobs, RequestHandlers } from './handlers.ts';
import type { Host } from './host.ts';
import type { ApiServices } from './services.ts';

type Names = 'packs:list' | 'packs:remove' | 'packs:discard' | 'packs:choose';

export function packHandlers({ packs, chosenFiles }: ApiServices, host: Host): Pick<RequestHandlers, Names> {
  return {
    'packs:list': () => packs.list(),
    'packs:remove': async ({ id }) => ({ bytes: await packs.remove(id) }),
    'packs:discard': async () => ({ bytes: await packs.discardDownload() }),
    'packs:choose': async () => Promise.all((await host.openFiles('pack')).map((path) => chosenFiles.toRead(path))),
  };
}

export function packJobs({ packs, chosenFiles }: ApiServices): Pick<Jobs, 'packs:install'> {
  return {
    'packs:install': ({ source }, emit, signal) =>
      packs.install(
        'address' in source ? source : { files: source.files.map((handle) => chosenFiles.path(handle, 'read')) },
        emit,
        signal,
      ),
  };
}
