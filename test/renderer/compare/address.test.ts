import { describe, expect, it } from 'vitest';
import { addressOf, parseRoute } from '../../../src/renderer/lib/routes.ts';
import type { CompareRoute } from '../../../src/renderer/lib/routes.ts';

describe('the address of a comparison', () => {
  const route: CompareRoute = {
    screen: 'compare',
    left: { run: 3, epoch: 1 },
    right: { run: 4, epoch: 12 },
    runs: [4, 3, 9],
    prompt: 2,
    temperature: 0.5,
    marks: 'words',
  };

  it('says all that was chosen, and is read back as the same', () => {
    expect(addressOf(route)).toBe('#/compare?left=3:1&right=4:12&runs=4,3,9&prompt=2&temperature=0.5&marks=words');
    expect(parseRoute(addressOf(route))).toEqual(route);
  });

  it('is short when nothing was chosen', () => {
    const open: CompareRoute = { screen: 'compare', left: null, right: null, runs: [] };
    expect(addressOf(open)).toBe('#/compare');
    expect(parseRoute('#/compare')).toEqual(open);
  });

  it('passes over what it does not understand', () => {
    expect(parseRoute('#/compare?left=x:1&right=4&runs=1,,x,2&prompt=-1&temperature=1e9&marks=red')).toEqual({
      screen: 'compare',
      left: null,
      right: null,
      runs: [1, 2],
    });
  });
});
