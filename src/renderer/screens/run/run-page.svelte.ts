/** All that the page of one run knows: read once, then kept current by what the training tells. */
import type { EpochTexts } from '../../../shared/contract/runs.ts';
import type { EpochRecord, RunDetail, RunSummary, Sample } from '../../../shared/domain.ts';
import { toErrorMessage, type ErrorMessage } from '../../../shared/errors.ts';
import { NO_BEGINNING, type FirstLook, type RejectedEngine, type RunBeginning } from '../../../shared/beginning.ts';
import type { TrainingEvent } from '../../../shared/events.ts';
import type { LiveTraining } from '../../../shared/live.ts';
import { RunCurve } from '../../lib/chart/run-curve.svelte.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { canComeBack } from './actions.ts';
import { pick, variantOf, variantsOf, withEpoch, withSample, written, type Variant } from './frames.ts';
import { endingOf, figuresOf, isActive, resumePoint } from './standing.ts';

type Told<Type extends TrainingEvent['type']> = Extract<TrainingEvent, { type: Type }>;

export class RunPage {
  readonly id: number;
  readonly #folio: Folio;
  readonly #curve: RunCurve;
  /** Of the readings: only the newest one's answers count. */
  #turn = 0;
  #detail: RunDetail | null = $state.raw(null);
  #frames: readonly EpochTexts[] = $state.raw([]);
  /** It is not in the record: deleted and to be had back, or gone for good (if it ever was). */
  #missing: 'deleted' | 'unknown' | null = $state(null);
  #error: ErrorMessage | null = $state.raw(null);
  /** Why what it told when it began cannot be read: no reason to show nothing of it. */
  #untold: ErrorMessage | null = $state.raw(null);
  /** What it told when it began, from the record. */
  #recorded: RunBeginning = $state.raw(NO_BEGINNING);
  /** The same, from a training that this window saw: newer. */
  #heard: Partial<RunBeginning> = $state.raw({});
  /** The epoch that the person looks at; null follows the newest. */
  #chosen: number | null = $state(null);
  /** The newest epoch at the time of that choice. */
  #seen = $state(0);
  #variant: Variant | null = $state.raw(null);
  /** When the training under way began, where this window saw it. */
  #began: number | null = $state(null);
  /** The text that came while the page was open and is to be typed in. */
  #fresh: number | null = $state(null);

  constructor(folio: Folio, id: number) {
    this.#folio = folio;
    this.id = id;
    this.#curve = new RunCurve(folio.client, id);
  }

  /** Null until it was read. The list's own summary is the newer of the two. */
  readonly run: RunDetail | null = $derived.by(() => {
    if (this.#detail === null) return null;
    const summary: RunSummary | null = this.#folio.runs.find(this.id);
    return summary === null || summary.updatedAt < this.#detail.updatedAt
      ? this.#detail
      : { ...this.#detail, ...summary };
  });
  /** The training of this run, ended ones left out. */
  readonly live: LiveTraining | null = $derived.by(() => {
    const { live } = this.#folio.training;
    return live !== null && live.run === this.id && live.phase !== 'ended' ? live : null;
  });
  readonly status = $derived(this.live?.status ?? this.run?.status ?? 'finished');
  /** Whether it is trained here, or (a record that another program writes to) elsewhere. */
  readonly training = $derived(isActive(this.status));
  /** "since 14:02" for a training, "ended 14:30" for one that is over. */
  readonly since = $derived.by(() => {
    const { format, words } = this.#folio;
    if (this.run === null) return '';
    if (this.training) return words.run.since(format.moment(this.#began ?? this.run.createdAt));
    const moment = format.moment(this.run.updatedAt);
    return this.run.corpusId === null ? words.run.importedAt(moment) : words.run.ended(moment);
  });
  readonly ending = $derived(this.run === null || this.training ? 'none' : endingOf(this.run));
  /** What went wrong stands before everything else. */
  readonly wentWrong = $derived(this.ending === 'diverged' || this.ending === 'failed');
  readonly figures = $derived(figuresOf(this.run?.epochs ?? [], this.curve.curve, this.training));
  readonly resumePoint = $derived(resumePoint(this.run?.checkpoints ?? []));
  /** What went wrong in a training that this window saw. */
  readonly trouble: ErrorMessage | null = $derived.by(() => {
    const { live } = this.#folio.training;
    return live !== null && live.run === this.id && live.phase === 'ended' ? live.error : null;
  });

  readonly frames = $derived(written(this.#frames));
  readonly variants = $derived(variantsOf(this.#frames));
  readonly newest: EpochTexts | null = $derived(this.frames.at(-1) ?? null);
  readonly frame: EpochTexts | null = $derived(
    this.#chosen === null ? this.newest : (this.frames.find(({ epoch }) => epoch === this.#chosen) ?? this.newest),
  );
  readonly sample: Sample | null = $derived(pick(this.frame, this.#variant));
  /** An epoch that came while an older one is looked at. */
  readonly news: number | null = $derived(
    this.#chosen !== null && this.newest !== null && this.newest.epoch > this.#seen ? this.newest.epoch : null,
  );

  get curve(): RunCurve {
    return this.#curve;
  }

  get missing(): 'deleted' | 'unknown' | null {
    return this.#missing;
  }

  get error(): ErrorMessage | null {
    return this.#error;
  }

  /** What else could not be read of a run that is shown. */
  get troubles(): readonly ErrorMessage[] {
    return [this.#error, this.#untold].filter((one) => one !== null);
  }

  /** What the untrained network made of one batch; null where it is not known. */
  get firstLook(): FirstLook | null {
    return this.#heard.firstLook ?? this.#recorded.firstLook;
  }

  /** The engines that were not taken, and why. */
  get rejected(): readonly RejectedEngine[] {
    return this.#heard.rejected ?? this.#recorded.rejected;
  }

  get variant(): Variant | null {
    return this.#variant ?? (this.sample === null ? null : variantOf(this.sample));
  }

  /** Whether this text is to be typed in: it is the newest, and came just now. */
  isFresh(sample: Sample): boolean {
    return sample.id === this.#fresh;
  }

  /** The text of a frame in the way that is shown now. */
  textOf(frame: EpochTexts): Sample | null {
    return pick(frame, this.variant);
  }

  /** Looks at an epoch; the newest is followed from then on. */
  look(epoch: number): void {
    const newest = this.newest?.epoch ?? 0;
    if (this.#chosen === null) this.#seen = newest;
    this.#chosen = epoch === newest ? null : epoch;
    this.#fresh = null;
  }

  follow(): void {
    this.#chosen = null;
  }

  write(variant: Partial<Variant>): void {
    const now = this.variant;
    if (now !== null) this.#variant = { ...now, ...variant };
    this.#fresh = null;
  }

  /** Takes a deletion back, while that is possible. */
  async restore(): Promise<void> {
    try {
      await this.#folio.client.request('runs:restore', { ids: [this.id] });
      this.#folio.notices.withdraw(`run ${this.id}`);
      this.#curve.refresh();
    } finally {
      await this.load(); // it may have gone for good meanwhile
    }
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    const { client } = this.#folio;
    // Each answer is taken as it comes: an event between the two belongs to the one that is there already.
    const taken = <Answer>(answer: Promise<Answer>, take: (answer: Answer) => void): Promise<void> =>
      answer.then((value) => {
        if (turn === this.#turn) take(value);
      });
    try {
      await Promise.all([
        taken(client.request('runs:show', { id: this.id }), (detail) => (this.#detail = detail)),
        taken(client.request('samples:by-epoch', { id: this.id }), (frames) => (this.#frames = frames)),
        this.#readBeginning(turn),
      ]);
      if (turn !== this.#turn) return;
      this.#missing = null;
      this.#error = null;
    } catch (error) {
      if (turn !== this.#turn) return;
      const message = toErrorMessage(error);
      if (message.code !== 'not-found') this.#error = message;
      else {
        const back = await canComeBack(this.#folio, this.id);
        if (turn === this.#turn) this.#missing = back ? 'deleted' : 'unknown';
      }
    }
  }

  async #readBeginning(turn: number): Promise<void> {
    let told = NO_BEGINNING;
    let failure: ErrorMessage | null = null;
    try {
      told = await this.#folio.client.request('runs:beginning', { id: this.id });
    } catch (error) {
      failure = toErrorMessage(error);
      if (failure.code !== 'damaged') throw error; // then it is not about this alone
    }
    if (turn !== this.#turn) return;
    this.#recorded = told;
    this.#untold = failure;
  }

  /** Reads it again when it was deleted, or brought back, in another window; returns the way to stop. */
  watch(): () => void {
    return this.#folio.client.subscribe('runs:changed', {}, (delivery) => {
      if (delivery.kind !== 'event') return;
      const { changed, gone } = delivery.event;
      const back = this.#missing !== null && changed.some(({ id }) => id === this.id);
      if (back || gone.includes(this.id)) void this.load();
    });
  }

  hear(events: readonly TrainingEvent[]): void {
    this.#curve.hear(events);
    for (const event of events) if (event.run === this.id) this.#take(event);
  }

  /** What is changed by this page itself, shown before the program has said so. */
  assume(change: Partial<RunDetail>): void {
    if (this.#detail !== null) this.#detail = { ...this.#detail, ...change };
  }

  #take(event: TrainingEvent): void {
    switch (event.type) {
      case 'created':
        this.#began = Date.now();
        this.#recorded = NO_BEGINNING;
        this.#heard = {};
        void this.load();
        return;
      case 'engine':
        this.#heard = { ...this.#heard, rejected: event.rejected };
        return;
      case 'plan':
        this.assume({ config: event.config });
        void this.load(); // it may have gone back to a checkpoint
        return;
      case 'first-look':
        this.#heard = { ...this.#heard, firstLook: event };
        return;
      case 'epoch':
        this.#frames = withEpoch(this.#frames, event);
        this.#putEpoch(event);
        return;
      case 'sample':
        this.#frames = withSample(this.#frames, event);
        if (this.#chosen === null && this.sample?.id === event.id) this.#fresh = event.id;
        return;
      case 'finished':
        void this.load();
        return;
      default: // steps are the curve's; statuses, phases and checkpoints come with the summaries and the live state
    }
  }

  #putEpoch(event: Told<'epoch'>): void {
    if (this.#detail === null) return;
    const { epoch, steps, complete, trainLoss, validationLoss, seconds, charactersPerSecond, learningRate } = event;
    const record: EpochRecord = {
      epoch,
      steps,
      complete,
      trainLoss,
      validationLoss,
      seconds,
      charactersPerSecond,
      learningRate,
    };
    this.assume({ epochs: [...this.#detail.epochs.filter((other) => other.epoch !== epoch), record] });
  }
}
