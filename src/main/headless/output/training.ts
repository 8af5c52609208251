/** A training as a person follows it in a terminal. */
import type { RunConfig } from '../../../shared/config.ts';
import { CONFIG_KEYS } from '../../../shared/config.ts';
import type { EngineReport, Sample } from '../../../shared/domain.ts';
import { assertNever } from '../../../shared/errors.ts';
import type { TrainingEvent } from '../../../shared/events.ts';
import { createLiveLine } from './live-line.ts';
import type { LiveLine } from './live-line.ts';
import { cells, visible, wrap } from './layout.ts';
import { modelTable } from './model-table.ts';
import type { Output } from './output.ts';
import { bytes, count, duration, loss, plural, quoted, setting, shape } from './words.ts';

type EventOf<Type extends TrainingEvent['type']> = Extract<TrainingEvent, { type: Type }>;
type Plan = EventOf<'plan'>;

export interface TrainingDisplayOptions {
  /** As asked for: what a plan changes of it is told. */
  readonly config: RunConfig;
  readonly vocabularySize: number;
  /** Whether the run went on from a checkpoint: no first look then. */
  readonly resumed: boolean;
  /** Whether not every epoch's weights are kept. */
  readonly thins: boolean;
  /** `failed` when the person has just read why TensorFlow could not be installed: not told again, nor how to install it. */
  readonly installation?: 'failed' | null;
  readonly now?: () => number;
}

const PHASES = {
  'trying-graphics': 'trying the graphics card, in a process of its own',
  training: '',
  validating: 'measuring on the held-out text',
  sampling: 'writing samples',
  saving: 'saving',
  paused: 'paused',
} as const satisfies Record<EventOf<'phase'>['phase'], string>;

const PRECISIONS = {
  float32: 'float32',
  mixed: 'mixed: matrix products in bfloat16, all else in float32',
} as const satisfies Record<RunConfig['precision'], string>;

export class TrainingDisplay {
  readonly #output: Output;
  readonly #options: TrainingDisplayOptions;
  readonly #line: LiveLine;
  #plan: Plan | null = null;
  #lastStep: EventOf<'step'> | null = null;
  #bestValidationLoss = Infinity;
  /** Characters a second, smoothed: single steps jump about on a busy machine. */
  #pace = 0;
  #trainingStarted = false;
  #stopping = false;

  constructor(output: Output, options: TrainingDisplayOptions) {
    this.#output = output;
    this.#options = options;
    const { style } = output;
    this.#line = createLiveLine({
      stream: output.io.out,
      live: output.live,
      paint: (done, left) => style.red(done) + style.dim(left),
      ...(options.now === undefined ? {} : { now: options.now }),
    });
  }

  handle(event: TrainingEvent): void {
    switch (event.type) {
      case 'created':
        this.#tell('Run', `${event.run}, ${visible(event.name)}`);
        this.#busy('starting the engine');
        return;
      case 'engine':
        this.#say(engineLines(event.report, this.#told(event.rejected), this.#output));
        this.#busy('preparing');
        return;
      case 'plan':
        this.#plan = event;
        this.#showPlan(event);
        this.#busy('first look');
        return;
      case 'first-look':
        this.#showFirstLook(event);
        return;
      case 'step':
        this.#pace =
          this.#lastStep === null ? event.charactersPerSecond : smoothed(this.#pace, event.charactersPerSecond);
        this.#lastStep = event;
        if (!this.#trainingStarted) this.#startTraining();
        this.#showStep('');
        return;
      case 'phase':
        if (event.phase === 'training') return;
        if (this.#lastStep === null) this.#busy(PHASES[event.phase]);
        else this.#showStep(PHASES[event.phase]);
        return;
      case 'epoch':
        this.#showEpoch(event);
        return;
      case 'sample':
        this.#showSample(event);
        return;
      case 'status':
        // Why it goes on, or waits. How it ended is told by the caller.
        if (event.reason !== '' && (event.status === 'queued' || event.status === 'paused')) {
          this.#tell('', visible(event.reason));
        }
        return;
      case 'checkpoint':
        return; // promised, not news
      case 'finished':
        this.#line.clear();
        return; // told by the caller, who knows why
      default:
        assertNever(event, 'training event');
    }
  }

  /** After the first Ctrl-C. */
  stopping(): void {
    this.#stopping = true;
    this.#say(
      wrap('Saving and stopping. Ctrl-C again leaves at once, without what the last save does not have.', this.#width),
    );
  }

  /** Takes the moving line away. */
  close(): void {
    this.#line.clear();
  }

  #say(text: string): void {
    this.#line.clear();
    this.#output.say(text);
  }

  #tell(label: string, text: string): void {
    this.#say(factLine(label, text, this.#output));
  }

  /** A word on what takes a moment, where lines can be redrawn. */
  #busy(what: string): void {
    if (this.#output.live) this.#line.show({ fraction: null, label: this.#output.style.dim(`${what} …`), facts: [] });
  }

  #showPlan(plan: Plan): void {
    const { config, vocabularySize } = { ...this.#options, config: plan.config };
    const changed = CONFIG_KEYS.filter((key) => setting(config[key]) !== setting(this.#options.config[key]));
    if (changed.length > 0) {
      this.#say(
        wrap(`Chosen for the time: ${changed.map((key) => `${key}=${setting(config[key])}`).join(' ')}`, this.#width),
      );
    }
    if (plan.reason !== null) this.#say(wrap(plan.reason, this.#width));
    this.#say(`\n${modelTable(config, vocabularySize, this.#output)}\n`);
    this.#tell('Precision', PRECISIONS[config.precision]);
    const batches = plural(plan.stepsPerEpoch, 'batch', 'batches');
    const amount =
      plan.totalSteps === null
        ? `${batches} an epoch, ${duration(config.minutes * 60)} of training`
        : `${batches} an epoch, ${plural(plan.totalSteps, 'step')} in all`;
    const held = plan.validationCharacters === 0 ? '' : `, ${count(plan.validationCharacters)} held out to measure on`;
    this.#tell('Training', `${count(plan.trainingCharacters)} characters${held}; ${amount}`);
  }

  #showFirstLook(look: EventOf<'first-look'>): void {
    const room = this.#width - LABEL_WIDTH;
    const vocabulary = look.logitsShape.at(-1) ?? 0;
    this.#tell('First batch', `${shape(look.inputShape)} -> logits ${shape(look.logitsShape)}`);
    this.#tell(
      'Untrained',
      `loss ${loss(look.loss)} nats a character; knowing nothing is ln ${vocabulary} = ${loss(look.uniformLoss)}`,
    );
    this.#tell('  reads', `${quoted(look.input, room)}`);
    this.#tell('  writes', `${quoted(look.prediction, room)}`);
  }

  /** Advice to install what has just failed to install would lead in a circle. */
  #told(rejected: readonly EngineReport[]): EngineReport[] {
    return rejected.map((report) =>
      report.engine === 'tensorflow' && !report.available && this.#options.installation === 'failed'
        ? { ...report, reason: 'it could not be installed, as said above' }
        : report,
    );
  }

  #startTraining(): void {
    this.#trainingStarted = true;
    this.#say('');
  }

  #showStep(phase: string): void {
    const step = this.#lastStep;
    if (step === null) return;
    const facts = [
      `loss ${loss(step.loss)}`,
      ...(phase === '' ? [] : [phase]),
      ...(step.secondsLeft === null || this.#stopping ? [] : [`${duration(step.secondsLeft)} left`]),
      `${count(this.#pace)} characters/s`,
    ];
    this.#line.show({ label: this.#epochName(step.epoch), fraction: this.#fraction(step), facts });
  }

  /** Of the epoch; of the whole time where the minutes decide. */
  #fraction(step: EventOf<'step'>): number {
    const plan = this.#plan;
    if (plan === null) return 0;
    if (plan.totalSteps === null && step.secondsLeft !== null) {
      return Math.min(1, Math.max(0, 1 - step.secondsLeft / (plan.config.minutes * 60)));
    }
    const before = (step.epoch - 1) * plan.stepsPerEpoch;
    const steps = Math.min(plan.stepsPerEpoch, (plan.totalSteps ?? Infinity) - before);
    return Math.min(1, step.stepInEpoch / Math.max(1, steps));
  }

  #epochName(epoch: number): string {
    const byTime = this.#plan === null || this.#plan.totalSteps === null;
    return byTime ? `epoch ${epoch}` : `epoch ${epoch}/${this.#plan?.config.epochs ?? ''}`;
  }

  #showEpoch(epoch: EventOf<'epoch'>): void {
    const { bold } = this.#output.style;
    const isBest = epoch.validationLoss !== null && epoch.validationLoss < this.#bestValidationLoss;
    if (epoch.validationLoss !== null && isBest) this.#bestValidationLoss = epoch.validationLoss;
    const parts = [
      `train loss ${loss(epoch.trainLoss)}`,
      ...(epoch.validationLoss === null
        ? []
        : [`validation loss ${loss(epoch.validationLoss)}${isBest ? ' (best so far)' : ''}`]),
      duration(epoch.seconds),
      `${count(epoch.charactersPerSecond)} characters/s`,
      ...(epoch.complete ? [] : [`cut short after ${plural(epoch.steps, 'step')}`]),
      ...(epoch.bytesFreed === 0
        ? []
        : [
            `${bytes(epoch.bytesFreed)} of older ${this.#options.thins ? 'checkpoints' : 'states to resume from'} freed`,
          ]),
    ];
    const lines = [this.#epochName(epoch.epoch)];
    for (const part of parts) {
      const longer = `${lines.at(-1) ?? ''}  ${part}`;
      if (cells(longer) > this.#width) lines.push(`  ${part}`);
      else lines[lines.length - 1] = longer;
    }
    const emphasized = lines.join('\n').replace(/^epoch \S+/, (name) => bold(name));
    this.#say(emphasized.replaceAll(/loss ([\d.,]+)/g, (_, value: string) => `loss ${bold(value)}`));
  }

  #showSample(sample: Sample): void {
    this.#say(sampleBlock(sample, this.#output));
  }

  get #width(): number {
    return Math.min(this.#output.width, 100);
  }
}

/** A moving average over some twenty steps. */
function smoothed(before: number, now: number): number {
  return before + (now - before) / 20;
}

const LABEL_WIDTH = 13;

/** "Run          ": the left column of what is told before a training. */
export function labelled(name: string, output: Output): string {
  return output.style.dim(name.padEnd(LABEL_WIDTH));
}

/** A line with its label, broken so that the label's column stays free. */
export function factLine(name: string, text: string, output: Output): string {
  const width = Math.min(output.width, 100);
  return labelled(name, output) + wrap(text, width, ' '.repeat(LABEL_WIDTH)).trimStart();
}

/** What computes, how fast, why, and what was passed over and why. */
export function engineLines(report: EngineReport, rejected: readonly EngineReport[], output: Output): string {
  const speed = report.gflops === null || report.reason.includes('GFLOP') ? '' : `; ${count(report.gflops)} GFLOP/s`;
  const lines = [factLine('Engine', `${report.engine}: ${report.device}`, output)];
  lines.push(factLine('', `${report.reason}${speed}`, output));
  for (const other of rejected) lines.push(factLine('', output.typed(`not ${other.engine}: ${other.reason}`), output));
  return lines.join('\n');
}

/** A sample under a line that says how it was made. */
export function sampleBlock(sample: Pick<Sample, 'prompt' | 'text' | 'settings' | 'damage'>, output: Output): string {
  const { dim } = output.style;
  const text = visible(sample.prompt + sample.text).trimEnd();
  const title = sample.damage ?? `temperature ${sample.settings.temperature}`;
  return `${dim(`  ── ${title} ──`)}\n${wrap(text, Math.min(output.width, 100), '  ')}\n`;
}
