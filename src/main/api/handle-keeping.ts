import type { Jobs, RequestHandlers } from './handlers.ts';
import type { ApiServices } from './services.ts';

export function keepingHandlers({ keeping }: ApiServices): Pick<RequestHandlers, 'record:last-backup'> {
  return { 'record:last-backup': () => keeping.backups.last() };
}

export function keepingJobs({ keeping, chosenFiles }: ApiServices): Pick<Jobs, 'record:backup'> {
  return {
    'record:backup': async ({ file }, emit, signal) => {
      const { bytes, runs, damage } = await chosenFiles.write(file, (path) =>
        keeping.backups.backUp(path, emit, signal),
      );
      return { bytes, runs, damage: damage.length };
    },
  };
}
