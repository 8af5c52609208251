import { describe, expect, it } from 'vitest';
import { MILESTONES, phasesOf, phasesOfRounds, type Sighting } from '../../bench/start-phases.ts';

const seconds = (sightings: readonly Sighting[]): number[] => phasesOf(sightings).map((phase) => phase.seconds);
const all = MILESTONES.map((what, i): Sighting => ({ what, at: (i + 1) * 500 }));

describe('the phases of a start', () => {
  it('are the times between what was seen, in the order of a start', () => {
    expect(seconds(all.toReversed())).toEqual(MILESTONES.map(() => 0.5));
  });

  it('leave out what was not seen: the next one has its time, and its name', () => {
    const without = all.filter(({ what }) => !/probe|card|graphics/.test(what));
    expect(seconds(without)).toEqual([1.5, 1.5, 0.5, 0.5, 0.5, 0.5]);
    expect(phasesOf(without)[0]?.name).toBe('command, record, text, the run entered in the record');
  });

  it('take the first of several sightings, and no time twice', () => {
    const late = [...all, { what: 'engine', at: 9999 } as const].map((one) =>
      one.what === 'card tried' ? { ...one, at: 3100 } : one,
    );
    expect(seconds(late).reduce((sum, value) => sum + value, 0)).toBeCloseTo(5);
    expect(seconds(late)[5]).toBe(0);
  });

  it('need a step', () => {
    expect(() => phasesOf(all.slice(0, -1))).toThrow(RangeError);
  });
});

it('phases of several starts keep the order of a start; one that did without has no time for it', () => {
  const first = phasesOf(all.filter(({ what }) => !what.startsWith('probe')));
  const second = phasesOf(all.filter(({ what }) => !/card|graphics/.test(what)));
  const rounds = phasesOfRounds([first, second]);
  const names = rounds.map(({ name }) => name);
  expect(names.slice(0, 4)).toEqual([
    'command, record, text',
    'TensorFlow tried in a process of its own (library, self-test, speed)',
    'command, record, text, the run entered in the record',
    'the run entered in the record',
  ]);
  expect(names.at(-1)).toBe('first step');
  expect(rounds.find(({ name }) => name.includes('card tried'))?.seconds).toEqual([0.5, 0]);
  expect(rounds[0]?.seconds).toEqual([0, 0.5]);
});

it('phases of another kind of start keep the order in which they are named', () => {
  const phases = [
    { name: 'process and code', seconds: 1 },
    { name: 'library', seconds: 2 },
  ];
  expect(phasesOfRounds([phases, phases])).toEqual([
    { name: 'process and code', seconds: [1, 1] },
    { name: 'library', seconds: [2, 2] },
  ]);
});
