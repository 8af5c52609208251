/** Colours and faces of a chart, read from the page's own variables: a canvas knows none. */

export interface ChartTheme {
  readonly page: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly strong: string;
  readonly bad: string;
  readonly sans: string;
  readonly serif: string;
  /** The value of any other colour variable, by its name. */
  colour(name: string): string;
}

export function readTheme(element: Element): ChartTheme {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    page: read('--page'),
    ink: read('--ink'),
    faint: read('--faint'),
    line: read('--line'),
    strong: read('--line-strong'),
    bad: read('--bad'),
    sans: read('--sans'),
    serif: read('--serif'),
    colour: read,
  };
}

/** Calls back when the page's theme changes; returns the way to stop. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}
