/** What the keyboard goes on with when the button that was pressed gives way to another one, or to what it brought about. */

/** In this order. What destroys something is never taken: who presses Enter twice must not have done it. */
const NEXT = ['[role="alert"] button:not(:disabled)', 'button:not(:disabled, .danger)'];

/**
 * Attached to a part of a screen: when what had the focus in it is gone, what takes its place has it; where nothing does, the heading of its section.
 * Whoever went elsewhere meanwhile stays there.
 */
export function keepFocus(part: HTMLElement): () => void {
  let last: HTMLElement | null = null;
  const come = ({ target }: FocusEvent): void => {
    if (target instanceof HTMLElement) last = target;
  };
  const go = ({ target }: FocusEvent): void => {
    // What is taken away may say so as well: whether it was shows only afterwards.
    queueMicrotask(() => {
      if (target === last && last?.isConnected === true && last !== document.activeElement) last = null;
    });
  };
  const watcher = new MutationObserver(() => {
    if (last === null || last.isConnected) return;
    last = null;
    if (document.activeElement === null || document.activeElement === document.body) next(part)?.focus();
  });
  part.addEventListener('focusin', come);
  part.addEventListener('focusout', go);
  watcher.observe(part, { childList: true, subtree: true });
  return () => {
    watcher.disconnect();
    part.removeEventListener('focusin', come);
    part.removeEventListener('focusout', go);
  };
}

function next(part: HTMLElement): HTMLElement | null {
  for (const wanted of NEXT) {
    const found = part.querySelector<HTMLElement>(wanted);
    if (found !== null) return found;
  }
  const heading = part.closest('section')?.querySelector<HTMLElement>('h2') ?? null;
  heading?.setAttribute('tabindex', '-1');
  return heading;
}
