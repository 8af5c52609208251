/** What happens between a command and the first step, as a list of phases. */

/** When something was seen, in milliseconds since the command. */
export interface Sighting {
  readonly what: Milestone;
  readonly at: number;
}

/**
 * In the order of a start. Those of processes are seen from outside, the others are events of `folio train --json`. Only `auto` tries the
 * graphics card, and only the first time with a driver.
 */
export const MILESTONES = [
  'probe begins',
  'probe ends',
  'training process begins',
  'trying-graphics',
  'card tried',
  'engine',
  'plan',
  'first-look',
  'training',
  'step',
] as const;
export type Milestone = (typeof MILESTONES)[number];

/** What ends with each milestone. */
const PHASES: Readonly<Record<Milestone, string>> = {
  'probe begins': 'command, record, text',
  'probe ends': 'TensorFlow tried in a process of its own (library, self-test, speed)',
  'training process begins': 'the run entered in the record',
  'trying-graphics': 'until the graphics card is tried',
  'card tried': 'the graphics card tried in a process of its own',
  engine: 'engine chosen in the training process: library, self-test, speed',
  plan: 'text handed over',
  'first-look': 'network made, the untrained one looked at',
  training: 'until the first step begins',
  step: 'first step',
};
/** What the first of them is where no process tries TensorFlow beforehand. */
const WITHOUT_PROBE: Readonly<Partial<Record<Milestone, string>>> = {
  'training process begins': 'command, record, text, the run entered in the record',
};

export interface StartPhase {
  readonly name: string;
  readonly seconds: number;
}

/**
 * The time between each milestone and the one before it. One that was not seen (a start without a trial of an engine, a system without
 * /proc) is left out: the next one has its time.
 *
 * @throws RangeError when there was no step
 */
export function phasesOf(sightings: readonly Sighting[]): StartPhase[] {
  const seen = new Map<Milestone, number>();
  for (const { what, at } of sightings) if (!seen.has(what)) seen.set(what, at);
  if (!seen.has('step')) throw new RangeError('the training took no step');
  const names = seen.has('probe begins') ? PHASES : { ...PHASES, ...WITHOUT_PROBE };
  let before = 0;
  return MILESTONES.flatMap((what) => {
    const at = seen.get(what);
    if (at === undefined) return [];
    // A process is seen a little after it began, perhaps after what it said.
    const seconds = Math.max(0, at - before) / 1000;
    before = Math.max(before, at);
    return [{ name: names[what], seconds }];
  });
}

/** Of several starts: what each phase took, in the order of a start. A start that did without one took no time for it. */
export function phasesOfRounds(rounds: readonly (readonly StartPhase[])[]): { name: string; seconds: number[] }[] {
  const order = [...MILESTONES.flatMap((what) => [WITHOUT_PROBE[what] ?? [], PHASES[what]].flat())];
  const all = rounds.flatMap((round) => round.map(({ name }) => name));
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : all.indexOf(name));
  const names = [...new Set(all)].sort((a, b) => place(a) - place(b));
  return names.map((name) => ({
    name,
    seconds: rounds.map((round) => round.find((phase) => phase.name === name)?.seconds ?? 0),
  }));
}
