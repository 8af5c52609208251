import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextFrame, Player, SPEEDS } from '../../../src/renderer/screens/compare/player.svelte.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A strip of four epochs that a player moves along. */
function strip(start = 0): { readonly at: () => number; readonly player: Player } {
  let at = start;
  const player = new Player((restart) => {
    at = nextFrame(at, 4, restart) ?? at;
    return at < 3;
  });
  return { at: () => at, player };
}

describe('playing', () => {
  it('goes on at once, then at its speed, and ends by itself at the last epoch', () => {
    const { at, player } = strip();
    player.toggle();
    expect([at(), player.playing]).toEqual([1, true]);
    vi.advanceTimersByTime(SPEEDS.medium - 1);
    expect(at()).toBe(1);
    vi.advanceTimersByTime(1);
    expect([at(), player.playing]).toEqual([2, true]);
    vi.advanceTimersByTime(SPEEDS.medium);
    expect([at(), player.playing]).toEqual([3, false]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('begins again when it is started at the end', () => {
    const { at, player } = strip(3);
    player.toggle();
    expect([at(), player.playing]).toEqual([0, true]);
  });

  it('pauses where it is, and goes on from there', () => {
    const { at, player } = strip();
    player.toggle();
    player.toggle();
    expect([player.playing, vi.getTimerCount()]).toEqual([false, 0]);
    vi.advanceTimersByTime(10 * SPEEDS.slow);
    expect(at()).toBe(1);
    player.toggle();
    expect(at()).toBe(2);
  });

  it('takes another speed with the next step', () => {
    const { at, player } = strip();
    player.speed = 'fast';
    player.toggle();
    player.speed = 'slow';
    vi.advanceTimersByTime(SPEEDS.fast);
    expect(at()).toBe(2);
    vi.advanceTimersByTime(SPEEDS.slow - 1);
    expect(at()).toBe(2);
    vi.advanceTimersByTime(1);
    expect(at()).toBe(3);
  });

  it('of a strip of one epoch goes nowhere', () => {
    expect([nextFrame(0, 0, true), nextFrame(0, 1, true), nextFrame(0, 2, true)]).toEqual([null, null, 1]);
    expect(nextFrame(1, 2, false)).toBeNull();
  });
});
