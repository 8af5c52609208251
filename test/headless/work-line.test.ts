import { describe, expect, it } from 'vitest';
import { createWorkLine } from '../../src/main/headless/output/work-line.ts';
import type { LiveState } from '../../src/main/headless/output/live-line.ts';

/** Shows states, each at its time in milliseconds, to a pipe; what was written, line by line. */
function piped(shown: readonly (readonly [number, LiveState])[], end = true): string[] {
  let written = '';
  let time = 0;
  const err = { write: (text: string) => ((written += text), true), once: () => undefined };
  const line = createWorkLine({ err, env: {} }, () => time);
  for (const [at, state] of shown) {
    time = at;
    line.show(state);
  }
  if (end) {
    line.clear();
    line.clear();
  }
  return written.split('\n').slice(0, -1);
}

const copying = (fraction: number): LiveState => ({ label: 'copying', fraction, facts: [`${fraction * 40} of 40 MB`] });
const checking = (fraction: number): LiveState => ({ ...copying(fraction), label: 'checking' });
const still = (label: string): LiveState => ({ label, fraction: null, facts: [] });

describe('the line of long work, where nobody watches', () => {
  it('tells the beginning and the end of each phase, however quick', () => {
    const lines = piped([
      [0, copying(0)],
      [10, copying(0.5)],
      [20, copying(1)],
      [30, checking(0.25)],
      [40, checking(1)],
    ]);
    expect(lines).toEqual([
      'copying  0%  0 of 40 MB',
      'copying  100%  40 of 40 MB',
      'checking  25%  10 of 40 MB',
      'checking  100%  40 of 40 MB',
    ]);
  });

  it('tells where a phase ended that never came to 100 %', () => {
    const stopped = [
      [0, copying(0)],
      [10, copying(0.75)],
    ] as const;
    expect(piped(stopped, false)).toEqual(['copying  0%  0 of 40 MB']);
    expect(piped(stopped)).toEqual(['copying  0%  0 of 40 MB', 'copying  75%  30 of 40 MB']);
    expect(piped([...stopped, [20, checking(1)]]).slice(1)).toEqual([
      'copying  75%  30 of 40 MB',
      'checking  100%  40 of 40 MB',
    ]);
  });

  it('comes by tenths of the way, at most every five seconds', () => {
    const hundredths = (seconds: number): string[] =>
      piped(Array.from({ length: 101 }, (_, i) => [(i * seconds * 1000) / 100, copying(i / 100)]));
    expect(hundredths(200).map((line) => /\d+%/.exec(line)?.[0])).toEqual(
      Array.from({ length: 11 }, (_, i) => `${i * 10}%`),
    );
    expect(hundredths(12).map((line) => /\d+%/.exec(line)?.[0])).toEqual(['0%', '42%', '84%', '100%']);
  });

  it('shows life once a minute in work that hardly moves', () => {
    const lines = piped(Array.from({ length: 301 }, (_, i) => [i * 1000, copying(i / 100_000)]));
    expect(lines).toHaveLength(6);
  });

  it('says work without an end once, and nothing twice', () => {
    expect(
      piped([
        [0, still('compiling …')],
        [90_000, still('compiling …')],
        [90_001, still('trying it out …')],
        [90_002, copying(1)],
        [90_003, copying(1)],
      ]),
    ).toEqual(['compiling …', 'trying it out …', 'copying  100%  40 of 40 MB']);
  });
});
