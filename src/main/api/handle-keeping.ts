import type { Jobs, RequestHandlers } from './handlers.ts';
import type { ApiServices } from './services.ts';

export function keepingHandlers({ backups }: ApiServices): Pick<RequestHandlers, 'record:last-backup'> {
  return { 'record:last-backup': () => backups.last() };
}

export function keepingJobs({ backups, chosenFiles }: ApiServices): Pick<Jobs, 'record:backup'> {
  return {
    'record:backup': async ({ file }, emit, signal) => {
      const { bytes, runs, damage } = await chosenFiles.write(file, (path) => backups.backUp(path, emit, signal));
      return { bytes, runs, damage: damage.length };
    },
  };
}
