/** What can be done with a run, each told where it fails. */
import { runJob } from '../../../shared/contract/client.ts';
import type { ResumeChanges } from '../../../shared/contract/training.ts';
import type { RunDetail } from '../../../shared/domain.ts';
import { fileName } from '../../lib/file-name.ts';
import type { Folio } from '../../state/folio.svelte.ts';

/** Goes on training; where the person is does not change. */
export async function resume(folio: Folio, id: number, changes: ResumeChanges = {}): Promise<void> {
  const { client, notices, preferences } = folio;
  const changed = Object.keys(changes).length === 0 ? {} : { changes };
  await notices.guard(() => client.request('training:resume', { id, engine: preferences.engine, ...changed }));
}

/** Deletes with a way back, and goes to the list. */
export async function remove(folio: Folio, run: RunDetail): Promise<void> {
  const { client, notices, router, format, words } = folio;
  const answer = await notices.guard(() => client.request('runs:delete', { ids: [run.id] }));
  if (answer === null) return;
  const undo = (): void => {
    void notices.guard(() => client.request('runs:restore', { ids: [run.id] }));
  };
  notices.withdraw(`run ${run.id}`);
  notices.say(words.run.deleted(run.name, format.bytes(answer.bytes)), undo, ['trash', `run ${run.id}`]);
  router.go({ screen: 'runs' });
}

/** Whether it was deleted so lately that it can be had back. */
export async function canComeBack({ client, notices }: Folio, run: number): Promise<boolean> {
  const deleted = await notices.guard(() => client.request('runs:deleted', {}));
  return deleted?.some(({ kind, id }) => kind === 'run' && id === run) ?? false;
}

/** Writes the weights of an epoch where the person chooses. */
export async function exportWeights(folio: Folio, run: RunDetail, epoch: number | 'best' | 'last'): Promise<void> {
  const { client, connection, notices, format, words } = folio;
  await notices.guard(async () => {
    const file = await connection.saveFile('weights', `${fileName(run.name)}.safetensors`);
    if (file === null) return;
    const { bytes } = await runJob(client, 'runs:export-weights', { id: run.id, epoch, file: file.handle });
    connection.deliver(file);
    notices.say(words.run.written(file.name, format.bytes(bytes)));
  });
}

/** Writes every logged step as a table where the person chooses. */
export async function exportTable(folio: Folio, run: RunDetail): Promise<void> {
  const { client, connection, notices, format, words } = folio;
  await notices.guard(async () => {
    const file = await connection.saveFile('table', `${fileName(run.name)}.csv`);
    if (file === null) return;
    const { bytes } = await runJob(client, 'runs:export-metrics', { id: run.id, file: file.handle });
    connection.deliver(file);
    notices.say(words.run.written(file.name, format.bytes(bytes)));
  });
}
