/** One writing at a time: what it was asked for, the texts as they grow, and what is done with them afterwards. */
import { runJob } from '../../../shared/contract/client.ts';
import type { Written } from '../../../shared/contract/writing.ts';
import type { Sample, SampleSettings } from '../../../shared/domain.ts';
import { toErrorMessage } from '../../../shared/errors.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import type { EpochChoice } from './checkpoints.ts';
import type { Order } from './options.ts';

/** One of the texts that are written side by side. */
export interface Variant {
  readonly stream: number;
  readonly prompt: string;
  readonly text: string;
  /** Null while it grows, and for what could not be stored. */
  readonly sample: Sample | null;
}

export class Pen {
  readonly #folio: Folio;
  #abort: AbortController | null = $state.raw(null);
  #order: Order | null = $state.raw(null);
  #variants: readonly Variant[] = $state.raw([]);
  #done: Written | null = $state.raw(null);
  #failure: ErrorMessage | null = $state.raw(null);
  #stopped = $state(false);
  /** Characters a second while it writes, from the first character on. */
  #speed = $state(0);
  /** Which of them is looked at. */
  shown = $state(0);

  constructor(folio: Folio) {
    this.#folio = folio;
  }

  get writing(): boolean {
    return this.#abort !== null;
  }

  /** What the texts on the screen were asked for; null before the first. */
  get order(): Order | null {
    return this.#order;
  }

  get variants(): readonly Variant[] {
    return this.#variants;
  }

  /** How it ended; null while it writes, and when it failed. */
  get done(): Written | null {
    return this.#done;
  }

  get failure(): ErrorMessage | null {
    return this.#failure;
  }

  /** Whether it was ended before its end, by the person or by what the program had to do. */
  get stopped(): boolean {
    return this.#stopped;
  }

  get speed(): number {
    return this.#done?.charactersPerSecond ?? this.#speed;
  }

  get characters(): number {
    return this.#variants.reduce((sum, { text }) => sum + text.length, 0);
  }

  /** Resolves with how it ended, or with null when it failed. */
  async write(order: Order, epoch: EpochChoice, settings: SampleSettings): Promise<Written | null> {
    const { run, prompt, options } = order;
    const { count, engine } = options;
    const abort = new AbortController();
    this.#abort = abort;
    this.#order = order;
    this.#done = null;
    this.#failure = null;
    this.#stopped = false;
    this.#speed = 0;
    this.shown = Math.min(this.shown, count - 1);
    const texts = Array.from({ length: count }, () => '');
    const show = (): void => {
      this.#variants = texts.map((text, stream) => ({ stream, prompt, text, sample: null }));
    };
    show();
    const begun = Date.now();
    let started = 0;
    let frame = 0;
    try {
      const done = await this.#run(
        { run, epoch, engine, prompt, unknown: 'refuse', settings, count },
        ({ stream, text }) => {
          started ||= performance.now();
          texts[stream] = (texts[stream] ?? '') + text;
          frame ||= requestAnimationFrame(() => {
            frame = 0;
            show();
            const seconds = (performance.now() - started) / 1000;
            if (seconds > 0.2) this.#speed = this.characters / seconds;
          });
        },
        abort,
      );
      // What was written is the samples' text: a last piece may not have been shown.
      this.#variants = texts.map((text, stream) => {
        const sample = done.samples.find((candidate) => candidate.stream === stream) ?? null;
        return { stream, prompt, text: sample?.text ?? text, sample: sample?.id === 0 ? null : sample };
      });
      this.#done = done;
      this.#stopped = done.stopped !== null;
      return done;
    } catch (error) {
      show();
      if (abort.signal.aborted) {
        this.#stopped = true;
        void this.#collect(order, settings, begun);
        return null;
      }
      this.#failure = toErrorMessage(error);
      return null;
    } finally {
      cancelAnimationFrame(frame);
      this.#abort = null;
    }
  }

  /** Stops; what was written until then stays and is stored. */
  stop(): void {
    this.#abort?.abort();
  }

  /** Shows stored texts again. */
  show(order: Order, samples: readonly Sample[]): void {
    if (this.writing) return;
    this.#order = order;
    this.#done = null;
    this.#failure = null;
    this.shown = 0;
    this.#variants = samples.map((sample) => ({
      stream: sample.stream,
      prompt: sample.prompt,
      text: sample.text,
      sample,
    }));
  }

  /** Takes texts from the screen and the record, with a way back. */
  async remove(streams: readonly number[], said: string): Promise<void> {
    const before = this.#variants;
    const ids = before.flatMap(({ stream, sample }) =>
      streams.includes(stream) && sample !== null ? [sample.id] : [],
    );
    const { client, notices } = this.#folio;
    if (ids.length > 0) {
      const gone = await notices.guard(() => client.request('samples:delete', { ids }).then(() => true));
      if (gone === null) return;
    }
    this.#variants = before.filter(({ stream }) => !streams.includes(stream));
    this.shown = Math.min(this.shown, Math.max(0, this.#variants.length - 1));
    const undo = (): void => {
      void notices.guard(async () => {
        if (ids.length > 0) await client.request('samples:restore', { ids });
        if (this.#variants.every((variant) => before.includes(variant))) this.#variants = before;
        this.onChanged();
      });
    };
    notices.say(said, undo, this.#order === null ? ['trash'] : ['trash', `run ${this.#order.run}`]);
    this.onChanged();
  }

  /** Called when the record's texts changed from here. */
  onChanged: () => void = () => undefined;

  /**
   * A cancelled job answers no more, but what it had written is stored a moment later: it is looked for, so that the texts on the
   * screen have their place in the record too.
   */
  async #collect(order: Order, settings: SampleSettings, begun: number): Promise<void> {
    for (const wait of [50, 100, 200, 400, 800, 1600]) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (this.#order !== order) return;
      const page = { id: order.run, origin: 'generate', offset: 0, limit: order.options.count } as const;
      const found = await this.#folio.client.request('samples:list', page).catch(() => null);
      if (found === null) return;
      const own = found.samples.filter(
        ({ createdAt, prompt, settings: { seed } }) =>
          createdAt >= begun && prompt === order.prompt && seed === settings.seed,
      );
      if (own.length === 0 || this.#order !== order) continue;
      this.#variants = this.#variants.map((variant) => {
        const sample = own.find(({ stream }) => stream === variant.stream);
        return sample === undefined ? variant : { ...variant, text: sample.text, sample };
      });
      this.onChanged();
      return;
    }
  }

  async #run(
    payload: Parameters<typeof runJob<'writing:write'>>[2],
    grown: (event: { readonly stream: number; readonly text: string }) => void,
    abort: AbortController,
  ): Promise<Written> {
    return runJob(this.#folio.client, 'writing:write', payload, grown, abort.signal);
  }
}
