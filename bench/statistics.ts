/** Best, median and ratios of what was measured. */

/** What one contender measured in one round: a time each step, or a speed each text. */
export type Round = readonly number[];

export type Better = 'lower' | 'higher';

export interface Summary {
  readonly best: number;
  readonly median: number;
  readonly worst: number;
  readonly count: number;
}

export interface Ratio {
  /** How many times as fast as the peer: best of all rounds against best of all rounds. */
  readonly ofBests: number;
  /** The same of each round's bests: the smallest and the largest. */
  readonly low: number;
  readonly high: number;
}

export function bestOf(values: readonly number[], better: Better): number {
  if (values.length === 0) throw new RangeError('nothing was measured');
  return better === 'lower' ? Math.min(...values) : Math.max(...values);
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('nothing was measured');
  return (lower + upper) / 2;
}

export function summarize(rounds: readonly Round[], better: Better): Summary {
  const values = rounds.flat();
  return {
    best: bestOf(values, better),
    median: median(values),
    worst: bestOf(values, better === 'lower' ? 'higher' : 'lower'),
    count: values.length,
  };
}

/** How many times as fast as `peers` `own` is. Rounds are paired by their place: those that both have. */
export function ratio(own: readonly Round[], peers: readonly Round[], better: Better): Ratio {
  const faster = (a: number, b: number): number => (better === 'lower' ? b / a : a / b);
  const perRound = own.slice(0, peers.length).flatMap((round, index) => {
    const peer = peers[index];
    if (peer === undefined || peer.length === 0 || round.length === 0) return [];
    return [faster(bestOf(round, better), bestOf(peer, better))];
  });
  return {
    ofBests: faster(bestOf(own.flat(), better), bestOf(peers.flat(), better)),
    low: Math.min(...perRound),
    high: Math.max(...perRound),
  };
}
