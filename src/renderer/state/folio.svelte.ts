/** All that the window knows, in one object: made once, handed down by context. Screens read it and call it; nothing else keeps state of its own about the program. */
import { createContext } from 'svelte';
import type { AppInfo } from '../../shared/contract/app.ts';
import type { FolioClient } from '../../shared/contract/index.ts';
import { DEFAULT_PREFERENCES } from '../../shared/preferences.ts';
import type { Preferences } from '../../shared/preferences.ts';
import type { Connection } from '../api.ts';
import { createFormat } from '../lib/format.ts';
import { refusalsIn } from '../lib/refusals.ts';
import { en } from '../words/en/index.ts';
import type { Words } from '../words/en/index.ts';
import { zh } from '../words/zh/index.ts';
import { Corpora } from './corpora.svelte.ts';
import { Engines } from './engines.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { Replaced } from './replaced.svelte.ts';
import { Router } from './router.svelte.ts';
import { Runs } from './runs.svelte.ts';
import { Training } from './training.svelte.ts';
import { Updates } from './updates.svelte.ts';

export class Folio {
  readonly connection: Connection;
  readonly client: FolioClient;
  readonly router = new Router();
  readonly notices = new Notices();
  readonly runs: Runs;
  readonly training: Training;
  readonly corpora: Corpora;
  readonly engines: Engines;
  readonly updates: Updates;
  readonly replaced: Replaced;
  readonly info: AppInfo;
  #preferences: Preferences = $state.raw(DEFAULT_PREFERENCES);
  #lost = $state(false);

  constructor(connection: Connection, info: AppInfo) {
    this.connection = connection;
    this.client = connection.client;
    this.info = info;
    this.runs = new Runs(this.client);
    this.training = new Training(this.client);
    this.corpora = new Corpora(this.client);
    this.engines = new Engines(this.client);
    this.updates = new Updates(this.client);
    this.replaced = new Replaced(this.client, info.replaced);
    connection.onLost(() => {
      this.#lost = true;
    });
  }

  readonly language: 'en' | 'zh' = $derived(
    this.#preferences.language === 'auto'
      ? navigator.language.toLowerCase().startsWith('zh')
        ? 'zh'
        : 'en'
      : this.#preferences.language,
  );
  readonly words: Words = $derived(this.language === 'zh' ? zh : en);
  readonly format = $derived(createFormat(this.language));

  get preferences(): Preferences {
    return this.#preferences;
  }

  /** Whether the program can no longer be reached. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Shown at once, stored behind; a failure is told. */
  prefer(change: Partial<Preferences>): void {
    this.#preferences = { ...this.#preferences, ...change };
    void this.notices.guard(() => this.client.request('preferences:set', change));
  }

  async start(): Promise<void> {
    this.training.onEvents((events) => {
      if (events.some(({ type }) => type === 'engine')) void this.notices.guard(() => this.engines.refresh());
      for (const error of refusalsIn(events)) this.notices.failWith(error);
    });
    this.#preferences = await this.client.request('preferences:get', {});
    if (this.replaced.fromTheStart) return;
    this.replaced.start();
    await Promise.all([this.runs.start(), this.training.start(), this.corpora.start(), this.engines.start()]);
    await this.updates.start(({ version }) => this.notices.say(this.words.updates.notice(version)));
  }
}

export const [useFolio, provideFolio] = createContext<Folio>();
