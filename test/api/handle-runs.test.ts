import { expect, it } from 'vitest';
import { runJobs } from '../../src/main/api/handle-runs.ts';
import type { ApiServices } from '../../src/main/api/services.ts';
import { ChosenFiles } from '../../src/main/services/chosen-files.ts';
import { FolioError } from '../../src/shared/errors.ts';

it('exports tell by the name of the file why they failed: a window never sees a path', async () => {
  const path = '/home/a person/weights.safetensors';
  const refuse = (file: string): Promise<never> =>
    Promise.reject(new FolioError('file', `${file} cannot be written: its file system is read-only`));
  const exchange = {
    exportWeights: (_run: number, _epoch: unknown, file: string) => refuse(file),
    exportMetrics: (_run: number, file: string) => refuse(file),
    exportCurves: (_runs: readonly number[], file: string) => refuse(file),
  };
  const chosenFiles = new ChosenFiles();
  const { handle: file } = chosenFiles.toWrite(path);
  const jobs = runJobs({ exchange, chosenFiles } as unknown as ApiServices); // what exports ask for
  const { signal } = new AbortController();
  const ways = [
    jobs['runs:export-weights']({ id: 1, epoch: 'last', file }, () => undefined, signal),
    jobs['runs:export-metrics']({ id: 1, file }, () => undefined, signal),
    jobs['runs:export-curves']({ ids: [1], file }, () => undefined, signal),
  ];
  for (const way of ways)
    await expect(way).rejects.toMatchObject({
      message: 'weights.safetensors cannot be written: its file system is read-only',
    });
});
