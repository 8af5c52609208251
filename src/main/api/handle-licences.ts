import type { RequestHandlers } from './handlers.ts';
import type { ApiServices } from './services.ts';

export function licenceHandlers({ licences }: ApiServices): Pick<RequestHandlers, 'licences:there' | 'licences:read'> {
  return {
    'licences:there': () => licences.there(),
    'licences:read': () => licences.read(),
  };
}
