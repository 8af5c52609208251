import { describe, expect, it } from 'vitest';
import { Promises, spreadOf } from '../../bench/window/promises.ts';

describe('what was promised of a window', () => {
  const ended = (promises: Promises): { lines: string[]; code: number } => {
    const lines: string[] = [];
    const code = promises.end((line) => lines.push(line));
    return { lines, code };
  };

  it('is kept: the table says so, and nothing ends badly', () => {
    const promises = new Promises();
    expect(promises.row('a click', spreadOf([10, 20, 99.9]), { ms: 100 }).at(-1)).toBe('kept');
    expect(promises.row('no promise', spreadOf([1000]), null).slice(-2)).toEqual(['', '']);
    promises.share('slower', 0.0299, 0.03);
    promises.share('slower', -0.5, 0.03);
    expect(ended(promises)).toEqual({ lines: [], code: 0 });
  });

  it('is broken: exit code 1, and each line that broke it', () => {
    const promises = new Promises();
    expect(promises.row('a click', spreadOf([10, 100]), { ms: 100 }).at(-1)).toBe('NOT KEPT');
    promises.share('slower', 0.031, 0.03);
    promises.share('never measured', NaN, 0.03);
    const { lines, code } = ended(promises);
    expect(code).toBe(1);
    expect(lines).toEqual([
      'NOT KEPT: a click: p95 100 ms, longest 100 ms of 2, promised < 100 ms',
      'NOT KEPT: slower: 3.1 %, promised < 3.0 %',
      'NOT KEPT: never measured: NaN %, promised < 3.0 %',
    ]);
  });

  it('is broken by one in a hundred only where it was promised for always', () => {
    const times = spreadOf([...Array.from({ length: 99 }, () => 1), 60]);
    const promises = new Promises();
    expect(promises.row('often', times, { ms: 50 }).at(-1)).toBe('kept at p95');
    expect(promises.row('always', times, { ms: 50, always: true }).at(-1)).toBe('NOT KEPT');
    expect(promises.broken).toEqual(['always: p95 1.0 ms, longest 60 ms of 100, promised < 50 ms']);
  });

  it('is kept by a ratio that reaches its limit, and by no other', () => {
    const promises = new Promises();
    promises.atLeast('reached', 1.7, 1.7);
    promises.atLeast('missed', 1.69, 1.7);
    promises.atLeast('never measured', NaN, 1.7);
    expect(ended(promises)).toEqual({
      lines: [
        'NOT KEPT: missed: 1.69x, promised at least 1.70x',
        'NOT KEPT: never measured: NaNx, promised at least 1.70x',
      ],
      code: 1,
    });
  });

  it('is not kept where nothing was measured', () => {
    const promises = new Promises();
    promises.row('a click', spreadOf([]), { ms: 100 });
    expect(promises.broken).toHaveLength(1);
  });
});
