/** All of the contract's names with what they call. */
import type { Handlers } from './handlers.ts';
import { appHandlers } from './handle-app.ts';
import { corpusFeeds, corpusHandlers, corpusJobs } from './handle-corpora.ts';
import { engineHandlers, engineJobs } from './handle-engines.ts';
import { licenceHandlers } from './handle-licences.ts';
import { packHandlers, packJobs } from './handle-packs.ts';
import { keepingFeeds, keepingHandlers, keepingJobs } from './handle-keeping.ts';
import { runFeeds, runHandlers, runJobs } from './handle-runs.ts';
import { trainingFeeds, trainingHandlers, trainingJobs } from './handle-training.ts';
import { updateFeeds, updateHandlers } from './handle-updates.ts';
import { writingHandlers, writingJobs } from './handle-writing.ts';
import type { Host } from './host.ts';
import type { ApiServices } from './services.ts';

export function createHandlers(services: ApiServices, host: Host): Handlers {
  return {
    requests: {
      ...appHandlers(services, host),
      ...corpusHandlers(services),
      ...runHandlers(services),
      ...trainingHandlers(services),
      ...writingHandlers(services),
      ...engineHandlers(services),
      ...updateHandlers(services, host),
      ...licenceHandlers(services),
      ...packHandlers(services, host),
      ...keepingHandlers(services, host),
    },
    feeds: {
      ...corpusFeeds(services),
      ...runFeeds(services),
      ...trainingFeeds(services),
      ...updateFeeds(services),
      ...keepingFeeds(services),
    },
    jobs: {
      ...corpusJobs(services),
      ...runJobs(services),
      ...trainingJobs(services),
      ...writingJobs(services),
      ...engineJobs(services),
      ...packJobs(services),
      ...keepingJobs(services, host),
    },
  };
}
