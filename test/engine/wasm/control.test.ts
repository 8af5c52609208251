import { afterEach, describe, expect, it, vi } from 'vitest';
import { Control, waitWhile, WORD } from '../../../src/main/engine/wasm/control.ts';

afterEach(() => vi.restoreAllMocks());

/** Answers to Atomics.wait, one after the other, in place of sleeping; how long each would have slept at most. */
function sleeps(...wakings: readonly (() => void)[]): number[] {
  const longest: number[] = [];
  vi.spyOn(Atomics, 'wait').mockImplementation((_words: unknown, _word: unknown, _value: unknown, most = Infinity) => {
    longest.push(most);
    const wake = wakings[longest.length - 1];
    if (wake === undefined) throw new Error('slept once more');
    wake();
    return 'ok';
  });
  return longest;
}

describe('a thread that waits', () => {
  it('for its next job sleeps until it is woken: an idle engine costs nothing', () => {
    const control = new Control();
    // The first waking is for nothing, as the system may wake anybody.
    const longest = sleeps(
      () => undefined,
      () => Atomics.store(control.words, WORD.job, 7),
    );
    waitWhile(control, WORD.job, 0, true);
    expect(longest).toEqual([Infinity, Infinity]);
  });

  it('for its next job hears of another thread that failed', () => {
    const control = new Control();
    const notified = vi.spyOn(Atomics, 'notify');
    sleeps(() => control.fail('it broke'));
    expect(() => waitWhile(control, WORD.job, 0, true)).toThrow('it broke');
    expect(notified.mock.calls.map(([, word]) => word)).toContain(WORD.job);
  });

  it('for the others in a job looks every second whether one of them is lost', () => {
    const control = new Control();
    const longest = sleeps(() => Atomics.store(control.words, WORD.done, 1));
    waitWhile(control, WORD.done, 0);
    expect(longest).toEqual([1000]);
    sleeps(...Array.from({ length: 120 }, () => () => undefined));
    expect(() => waitWhile(control, WORD.done, 1)).toThrow('a thread gave no answer for 120 s');
  });
});
