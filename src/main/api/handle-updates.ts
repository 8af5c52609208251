import type { Feeds, RequestHandlers } from './handlers.ts';
import type { Host } from './host.ts';
import type { ApiServices } from './services.ts';

type Names = 'updates:state' | 'updates:set' | 'updates:check' | 'updates:told' | 'updates:open-page';

export function updateHandlers({ updates }: ApiServices, host: Host): Pick<RequestHandlers, Names> {
  return {
    'updates:state': () => updates.state(),
    'updates:set': (change) => updates.set(change),
    'updates:check': () => updates.check(),
    'updates:told': ({ version }) => {
      updates.told(version);
      return null;
    },
    // The address is the program's own: a page cannot name one.
    'updates:open-page': async () => {
      await host.openPage(updates.page());
      return null;
    },
  };
}

export function updateFeeds({ updates }: ApiServices): Pick<Feeds, 'updates:changed'> {
  return { 'updates:changed': (_, emit) => updates.subscribe(emit) };
}
