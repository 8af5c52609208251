/** The screen's state: what the address chose, what the record has of it, and what the two panes therefore show. */
import type { RunDetail } from '../../../shared/domain.ts';
import { addressOf } from '../../lib/routes.ts';
import type { CompareRoute, Marks } from '../../lib/routes.ts';
import { diffTexts } from '../../lib/text-diff.ts';
import type { TextDiff } from '../../lib/text-diff.ts';
import { usualTemperature } from '../../lib/usual-temperature.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { bestOrLast, framesWithTexts, mismatches, probesOf, settle } from './choices.ts';
import type { Mismatch, Probe, Side, TextFrame } from './choices.ts';
import { openingRuns } from './opening.ts';
import { makePane } from './panes.ts';
import type { Pane } from './panes.ts';
import { ByRun } from './record.svelte.ts';

/** So many runs are told apart by colour and overlaid. */
export const MOST_RUNS = 8;
export class Comparison {
  readonly #folio: Folio;
  readonly #route: () => CompareRoute;
  readonly texts: ByRun<readonly TextFrame[]>;
  readonly details: ByRun<RunDetail>;
  #nothing = $state(false);

  constructor(folio: Folio, route: () => CompareRoute) {
    this.#folio = folio;
    this.#route = route;
    this.texts = new ByRun(async (id) => framesWithTexts(await folio.client.request('samples:by-epoch', { id })));
    this.details = new ByRun((id) => folio.client.request('runs:show', { id }));
  }

  readonly left: Pane | null = $derived.by(() => this.#pane('left'));
  readonly right: Pane | null = $derived.by(() => this.#pane('right'));
  readonly marks: Marks = $derived.by(() => this.#route().marks ?? 'characters');

  readonly #probes = $derived.by(() => probesOf(this.#paneRuns.map((run) => this.texts.value(run) ?? [])));
  readonly #probe: Probe = $derived.by(() => {
    const { prompt = 0, temperature } = this.#route();
    const { prompts, temperatures } = this.#probes;
    return {
      prompt: prompts[prompt] ?? prompts[0] ?? '',
      temperature: temperature ?? usualTemperature(temperatures) ?? 1,
    };
  });

  /** Whether no run has anything to begin with. */
  get nothing(): boolean {
    return this.#nothing;
  }

  get prompts(): readonly string[] {
    return this.#probes.prompts;
  }

  get temperatures(): readonly number[] {
    return this.#probes.temperatures;
  }

  get probe(): Probe {
    return this.#probe;
  }

  readonly mismatches: readonly Mismatch[] = $derived.by(() => {
    const [left, right] = [this.left?.sample ?? null, this.right?.sample ?? null];
    return left === null || right === null ? [] : mismatches(left, right);
  });

  /** Null when differences are not to be marked, or there are not two texts. */
  readonly diff: TextDiff | null = $derived.by(() => {
    const [left, right] = [this.left?.sample ?? null, this.right?.sample ?? null];
    if (left === null || right === null || this.marks === 'off') return null;
    return diffTexts(left.text, right.text, this.marks);
  });

  readonly #paneRuns: readonly number[] = $derived.by(() => {
    const { left, right } = this.#route();
    return [...new Set([left, right].flatMap((frame) => (frame === null ? [] : [frame.run])))];
  });

  /** The runs whose curves and settings are shown, the baseline first: the chosen ones, else those of the panes. */
  readonly shown: readonly number[] = $derived.by(() => {
    const { runs } = this.#route();
    return runs.length === 0 ? this.#paneRuns : [...new Set(runs)].slice(0, MOST_RUNS);
  });

  name(run: number): string | null {
    return this.#folio.runs.find(run)?.name ?? this.details.value(run)?.name ?? null;
  }

  /** Asks for whatever the address needs and is not there yet; and again for a run that was gone and has been brought back. */
  load(): void {
    for (const run of this.#paneRuns) {
      const back = this.texts.entry(run).state === 'failed' && this.#folio.runs.find(run) !== null;
      if (back) this.renew(run);
      else void this.texts.need(run);
    }
    for (const run of new Set([...this.#paneRuns, ...this.shown])) void this.details.need(run);
  }

  /** Completes an address that leaves a pane open, without a step to go back over. */
  async settle(): Promise<void> {
    const route = this.#route();
    if (route.left !== null && route.right !== null) return;
    const runs = await openingRuns(route, this.#folio.runs.list, this.texts);
    if (runs !== null) await Promise.all(runs.flatMap((run) => [this.texts.need(run), this.details.need(run)]));
    if (this.#route() !== route) return; // one went on meanwhile
    this.#nothing = runs === null;
    if (runs === null) return;
    const known = (run: number): { frames: readonly TextFrame[]; bestEpoch: number | null } | null => {
      const frames = this.texts.value(run);
      return frames === null ? null : { frames, bestEpoch: this.details.value(run)?.bestEpoch ?? null };
    };
    this.#folio.router.replace({ ...route, ...settle(route, runs, known) });
  }

  /** Another epoch in a pane, as a slider moves: no step to go back over. */
  slide(side: Side, epoch: number): void {
    const pane = this[side];
    if (pane === null || pane.asked.epoch === epoch) return;
    this.#folio.router.replace({ ...this.#route(), [side]: { run: pane.asked.run, epoch } });
  }

  async chooseRun(side: Side, run: number): Promise<void> {
    await Promise.all([this.texts.need(run), this.details.need(run)]);
    const frames = this.texts.value(run) ?? [];
    const best = bestOrLast(frames, this.details.value(run)?.bestEpoch ?? null) ?? 1;
    const other = (side === 'left' ? this.right : this.left)?.asked;
    const twice = other?.run === run && other.epoch === best;
    const route = this.#route();
    const missing = route.runs.length > 0 && route.runs.length < MOST_RUNS && !route.runs.includes(run);
    this.#go({
      ...route,
      [side]: { run, epoch: twice ? (frames[0]?.epoch ?? best) : best },
      runs: missing ? [...route.runs, run] : route.runs,
    });
  }

  swap(): void {
    const route = this.#route();
    const prompts = probesOf([...this.#paneRuns].reverse().map((run) => this.texts.value(run) ?? [])).prompts;
    const prompt = Math.max(0, prompts.indexOf(this.probe.prompt));
    this.#go({ ...route, left: route.right, right: route.left, ...(prompt > 0 || route.prompt ? { prompt } : {}) });
  }

  choose(change: Partial<Pick<CompareRoute, 'prompt' | 'temperature' | 'marks' | 'runs'>>): void {
    this.#go({ ...this.#route(), ...change });
  }

  /** The address that starts over, with nothing chosen. */
  readonly afresh = addressOf({ screen: 'compare', left: null, right: null, runs: [] });

  /** Asks again about a run of which something new is known. */
  renew(run: number): void {
    void Promise.all([this.texts.renew(run), this.details.renew(run)]).then(() => this.settle());
  }

  #go(route: CompareRoute): void {
    this.#folio.router.go(route);
  }

  #pane(side: Side): Pane | null {
    const asked = this.#route()[side];
    if (asked === null) return null;
    return makePane(side, asked, this.texts.entry(asked.run), this.details.entry(asked.run), this.probe);
  }
}
