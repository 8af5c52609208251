/** The temperature that a text is shown at where nobody chose one: on a run's page and in a comparison, as a new text is written. */

/**
 * The one nearest to 1; of two equally near the lower. At 1 a network writes with the chances that it has learnt, unsharpened: the loss and
 * the perplexity beside the text measure just these. Null where there is none.
 */
export function usualTemperature(temperatures: readonly number[]): number | null {
  return [...temperatures]
    .sort((a, b) => a - b)
    .reduce<number | null>((best, one) => (best === null || Math.abs(one - 1) < Math.abs(best - 1) ? one : best), null);
}
