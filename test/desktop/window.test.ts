import { describe, expect, it, vi } from 'vitest';
import type { WindowState } from '../../src/main/services/preferences.ts';
import { fitted } from '../../src/main/desktop/window.ts';

vi.mock('electron', async () => (await import('./electron-mock.ts')).electron);

const left = { x: 0, y: 0, width: 1920, height: 1040 };
const right = { x: 1920, y: 0, width: 2560, height: 1400 };
const state = (change: Partial<WindowState>): WindowState => ({
  ...{ x: 100, y: 100, width: 1200, height: 800, maximized: false, fullScreen: false },
  ...change,
});

describe('a remembered window', () => {
  it('comes back where it was, on whatever display', () => {
    expect(fitted(state({}), [left, right])).toEqual(state({}));
    expect(fitted(state({ x: 2500, y: 300, maximized: true }), [left, right])).toEqual(
      state({ x: 2500, y: 300, maximized: true }),
    );
  });

  it('comes back where the system puts it when its display is gone', () => {
    expect(fitted(state({ x: 2500, y: 300 }), [left])).toEqual(state({ x: null, y: null }));
  });

  it.each([
    ['above the display', { y: -400 }],
    ['below it', { y: 1020 }],
    ['at its right edge', { x: 1900 }],
    ['at its left edge', { x: -1150 }],
  ])('is not left out of reach: %s', (_, change) => {
    expect(fitted(state(change), [left])).toMatchObject({ x: null, y: null });
  });

  it('is never larger than its display, nor smaller than the page can be', () => {
    expect(fitted(state({ x: 0, y: 0, width: 5000, height: 4000 }), [left])).toMatchObject({
      width: 1920,
      height: 1040,
    });
    expect(fitted(state({ width: 100, height: 100 }), [left])).toMatchObject({ width: 900, height: 600 });
  });

  it('has a usual size the first time, on a small display too', () => {
    expect(fitted(null, [left])).toMatchObject({ x: null, y: null, width: 1240, height: 820 });
    expect(fitted(null, [{ x: 0, y: 0, width: 1024, height: 700 }])).toMatchObject({ width: 1024, height: 700 });
    expect(fitted(null, [])).toMatchObject({ width: 1240, height: 820 });
  });
});
