import { describe, expect, it } from 'vitest';
import { regularizationFor, STRONGEST } from '../../src/main/trainer/regularization.ts';

describe('what keeps a network from learning its text by heart', () => {
  it('is nothing but the usual decay for a text that is read once or twice', () => {
    for (const epochs of [0.01, 1, 2.9]) {
      expect(regularizationFor(epochs)).toEqual({ dropout: 0, weightDrop: 0, weightDecay: 0.01 });
    }
  });

  it('grows with how often the text is read', () => {
    let [dropout, weightDrop, weightDecay] = [0, 0, 0];
    for (let epochs = 0.5; epochs < 200; epochs *= 1.3) {
      const now = regularizationFor(epochs);
      expect(now.dropout).toBeGreaterThanOrEqual(dropout);
      expect(now.weightDrop).toBeGreaterThanOrEqual(weightDrop);
      expect(now.weightDecay).toBeGreaterThanOrEqual(weightDecay);
      ({ dropout, weightDrop, weightDecay } = now);
    }
    expect(regularizationFor(200)).toEqual(STRONGEST);
  });
});
