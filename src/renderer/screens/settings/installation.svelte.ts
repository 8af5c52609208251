/** Installing TensorFlow: one at a time, going on while one looks at another screen. */
import { runJob } from '../../../shared/contract/client.ts';
import type { InstallProgress } from '../../../shared/contract/engines.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { LongJob } from '../../state/long-job.svelte.ts';

type Details = Readonly<Record<string, string>>;

export class Installation {
  readonly job = new LongJob<InstallProgress, Details>();
  readonly #folio: Folio;

  constructor(folio: Folio) {
    this.#folio = folio;
  }

  start(build: 'cpu' | 'cuda'): Promise<void> {
    return this.job.start((heard, signal) => runJob(this.#folio.client, 'engines:install', { build }, heard, signal));
  }
}

const installations = new WeakMap<Folio, Installation>();

export function installationOf(folio: Folio): Installation {
  const installation = installations.get(folio) ?? new Installation(folio);
  installations.set(folio, installation);
  return installation;
}
