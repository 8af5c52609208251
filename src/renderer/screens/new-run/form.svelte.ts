/** The form of a new run: what was chosen and typed, and what it comes to. */
import type { ConfigKey, RunConfig } from '../../../shared/config.ts';
import type { Circumstances } from '../../../shared/contract/training.ts';
import type { EngineChoice } from '../../../shared/domain.ts';
import { networkShapeOf } from '../../../shared/network-shape.ts';
import { modelSummary } from '../../../shared/model-summary.ts';
import { preflight } from '../../../shared/preflight.ts';
import { PRESETS } from '../../../shared/presets.ts';
import type { PresetName } from '../../../shared/presets.ts';
import { defaultPrompts } from '../../../shared/prompts.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { CorpusLibrary } from './corpus-facts.svelte.ts';
import type { CorpusFacts } from './corpus-facts.svelte.ts';
import { readDraft, writeDraft } from '../../../shared/new-run-draft.ts';
import type { Draft } from '../../../shared/new-run-draft.ts';
import { KEEP_EVERY_RULE } from './fields.ts';
import type { GroupName } from './kinds.ts';
import { distinct, nameIssue, proposedName } from './name.ts';
import { parseNumber } from './numbers.ts';
import { changedKeys, readValues, valuesOf } from './values.ts';
import type { Values } from './values.ts';

const FIRST_PRESET: PresetName = 'quick';

export class NewRunForm {
  readonly #folio: Folio;
  readonly #library: CorpusLibrary;
  #corpusId: number | null = $state(null);
  #preset: PresetName = $state(FIRST_PRESET);
  #values: Values = $state.raw(valuesOf(PRESETS[FIRST_PRESET].config));
  #facts: CorpusFacts | null = $state.raw(null);
  #circumstances: Circumstances = $state.raw({ freeMemoryBytes: null, freeDiskBytes: null });
  /** What the form came to before its last change: a value that cannot be read shows as the one before it. */
  #before: RunConfig | null = $state.raw(null);
  #starting = $state(false);
  #left = false;
  #textMissing = $state(false);
  /** As typed; empty for the proposed one. */
  name = $state('');
  engine: EngineChoice = $state('auto');
  keepEvery = $state('1');
  /** The settings' groups that are open. */
  openGroups: readonly GroupName[] = $state.raw([]);

  constructor(folio: Folio) {
    this.#folio = folio;
    this.#library = new CorpusLibrary(folio.client);
    this.engine = folio.preferences.engine;
  }

  readonly corpus = $derived.by(() => (this.#corpusId === null ? null : this.#folio.corpora.find(this.#corpusId)));

  get preset(): PresetName {
    return this.#preset;
  }

  get values(): Values {
    return this.#values;
  }

  get facts(): CorpusFacts | null {
    return this.#facts;
  }

  get circumstances(): Circumstances {
    return this.#circumstances;
  }

  /** Whether the text that was asked for is no longer there. */
  get textMissing(): boolean {
    return this.#textMissing;
  }

  /** Whether its page is gone. What an answer brings then is left alone: what is derived from it ended with the page. */
  get left(): boolean {
    return this.#left;
  }

  /** Its page goes. */
  leave(): void {
    this.#left = true;
  }

  get starting(): boolean {
    return this.#starting;
  }

  /** The preset's settings, with prompts that the text can spell. */
  readonly base: RunConfig = $derived.by(() => baseOf(this.#preset, this.#facts));
  readonly read = $derived.by(() =>
    readValues(this.#values, {
      fallback: this.#before ?? this.base,
      vocabulary: this.#facts?.vocabulary ?? null,
      planned: this.#preset === 'best',
    }),
  );
  readonly changed: ReadonlySet<ConfigKey> = $derived(changedKeys(this.read.nearest, this.base, this.read.issues));

  readonly keptEvery = $derived.by(() => parseNumber(this.keepEvery, KEEP_EVERY_RULE));
  readonly takenNames = $derived.by(() => this.#folio.runs.list.map(({ name }) => name));
  readonly proposed = $derived.by(() =>
    this.corpus === null ? '' : proposedName(this.corpus.name, this.read.nearest, this.takenNames),
  );
  readonly nameIssue = $derived.by(() => nameIssue(this.name, this.takenNames));

  readonly preflight = $derived.by(() => {
    if (this.corpus === null) return null;
    const { characters, vocabularySize, id } = this.corpus;
    const keepEvery = 'value' in this.keptEvery ? this.keptEvery.value : 1;
    const counts = this.#facts?.corpus === id ? { counts: this.#facts.counts } : {};
    const input = { characters, vocabularySize, config: this.read.nearest, keepEvery };
    return preflight({ ...input, ...this.#circumstances, ...counts });
  });
  readonly summary = $derived.by(() => {
    const { nearest } = this.read;
    const shape = networkShapeOf(nearest, this.corpus?.vocabularySize ?? 1);
    return modelSummary(shape, nearest.batchSize, nearest.dropout);
  });
  readonly errors = $derived.by(() => (this.preflight?.problems ?? []).filter(({ severity }) => severity === 'error'));
  /** Places in the form that need another look. */
  readonly issueCount = $derived.by(
    () =>
      this.read.issues.size +
      ('issue' in this.keptEvery ? 1 : 0) +
      (this.nameIssue === null || this.nameIssue === 'taken' ? 0 : 1),
  );
  readonly ready = $derived.by(
    () => this.corpus !== null && this.issueCount === 0 && this.errors.length === 0 && this.read.config !== null,
  );

  /** Fills the form: from a run that is duplicated, a draft, or with what suits a beginner. */
  async begin(from: number | null, corpus: number | null): Promise<void> {
    void this.refreshCircumstances();
    const draft = readDraft(this.#folio.preferences.newRunDraft);
    if (from !== null) await this.#fillFromRun(from);
    else if (draft !== null) this.fill(draft);
    if (this.#left) return;
    const wanted = corpus ?? this.#corpusId;
    const known = wanted !== null && this.#folio.corpora.find(wanted) !== null;
    const chosen = known ? wanted : this.#firstCorpus;
    const choosing = chosen === null ? null : this.chooseCorpus(chosen);
    this.#textMissing = wanted !== null && !known;
    await choosing;
  }

  async refreshCircumstances(): Promise<void> {
    const found = await this.#folio.notices.guard(() => this.#folio.client.request('training:circumstances', {}));
    if (found !== null) this.#circumstances = found;
  }

  async chooseCorpus(id: number): Promise<void> {
    this.#corpusId = id;
    this.#textMissing = false;
    const facts = await this.#folio.notices.guard(() => this.#library.facts(id));
    if (facts === null || this.#left || this.#corpusId !== id) return;
    const untouched = samePrompts(this.#values.prompts, this.base.prompts);
    this.#facts = facts;
    if (untouched) this.change({ prompts: this.base.prompts });
  }

  /** All settings become the preset's; prompts and temperatures of one's own stay. */
  choosePreset(preset: PresetName): void {
    const own = this.#values;
    const [prompts, temperatures] = [this.changed.has('prompts'), this.changed.has('temperatures')];
    this.#preset = preset;
    this.#before = null;
    this.#values = {
      ...valuesOf(this.base),
      ...(prompts ? { prompts: own.prompts } : {}),
      ...(temperatures ? { temperatures: own.temperatures } : {}),
    };
  }

  change(values: Partial<Values>): void {
    this.#before = this.read.nearest;
    this.#values = { ...this.#values, ...values };
  }

  /** Takes over settings as a configuration has them. */
  apply(settings: Partial<RunConfig>): void {
    const written = valuesOf({ ...this.base, ...settings });
    const keys = Object.keys(settings) as ConfigKey[];
    this.change(Object.fromEntries(keys.map((key) => [key, written[key]])));
  }

  reset(key: ConfigKey): void {
    this.apply({ [key]: this.base[key] });
  }

  resetAll(): void {
    this.#before = null;
    this.#values = valuesOf(this.base);
  }

  /** What has to be put back to undo whatever comes next. */
  snapshot(): Draft {
    const { prompts, temperatures } = this.#values;
    return {
      version: 1,
      corpus: this.#corpusId,
      preset: this.#preset,
      name: this.name,
      engine: this.engine,
      keepEvery: this.keepEvery,
      values: { ...this.#values, prompts: [...prompts], temperatures: [...temperatures] },
    };
  }

  fill(draft: Draft): void {
    this.#preset = draft.preset;
    this.#before = null;
    this.#values = draft.values;
    this.name = draft.name;
    this.engine = draft.engine;
    this.keepEvery = draft.keepEvery;
    if (draft.corpus !== null && this.#folio.corpora.find(draft.corpus) !== null) void this.chooseCorpus(draft.corpus);
  }

  startOver(): void {
    this.#preset = FIRST_PRESET;
    this.#before = null;
    this.#values = valuesOf(this.base);
    this.name = '';
    this.engine = this.#folio.preferences.engine;
    this.keepEvery = '1';
    if (this.#firstCorpus !== null) void this.chooseCorpus(this.#firstCorpus);
  }

  /** The draft as text; empty for a form in which nothing was changed. */
  readonly draft = $derived.by(() => (this.isPlain ? '' : writeDraft(this.snapshot())));
  /** Whether everything is as a form begins that nobody has touched. */
  readonly isPlain = $derived.by(
    () =>
      this.#preset === FIRST_PRESET &&
      this.changed.size === 0 &&
      this.name === '' &&
      this.keepEvery === '1' &&
      this.engine === this.#folio.preferences.engine &&
      (this.#corpusId === null || this.#corpusId === this.#firstCorpus),
  );

  get #firstCorpus(): number | null {
    const { list } = this.#folio.corpora;
    return (list.find(({ builtin }) => builtin) ?? list[0])?.id ?? null;
  }

  /** Starts it and goes to its page. */
  async start(): Promise<void> {
    const { config } = this.read;
    if (config === null || this.corpus === null || 'issue' in this.keptEvery) return;
    const name = this.name.trim() === '' ? this.proposed : this.name.trim();
    const keepEvery = this.keptEvery.value === 1 ? {} : { keepEvery: this.keptEvery.value };
    this.#starting = true;
    const { notices, client, router } = this.#folio;
    const started = await notices.guard(() =>
      client.request('training:start', {
        name: distinct(name, this.name.trim() === '' ? this.takenNames : []),
        preset: this.#preset,
        corpusId: this.corpus?.id ?? 0,
        config,
        engine: this.engine,
        ...keepEvery,
      }),
    );
    this.#starting = false;
    if (started === null) return;
    if (!this.#left) this.startOver();
    this.#folio.prefer({ newRunDraft: '' });
    router.go({ screen: 'run', run: started.run });
  }

  async #fillFromRun(id: number): Promise<void> {
    const run = await this.#folio.notices.guard(() => this.#folio.client.request('runs:show', { id }));
    if (run === null || this.#left) return;
    this.#preset = run.preset in PRESETS ? (run.preset as PresetName) : 'tutorial'; // one of its names, as was just seen
    this.#values = valuesOf(run.config);
    this.#corpusId = run.corpusId;
    this.keepEvery = String(run.keepEvery ?? 1);
  }
}

function baseOf(preset: PresetName, facts: CorpusFacts | null): RunConfig {
  const { config } = PRESETS[preset];
  if (facts === null) return config;
  return { ...config, prompts: defaultPrompts(config, [...facts.vocabulary], facts.opening) };
}

function samePrompts(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
