/** Notices stay above what a page has at its foot. Returns the way to give the room back. */
export function keepFootFree(height: number): () => void {
  const { style } = document.documentElement;
  style.setProperty('--foot', `${height}px`);
  return () => style.removeProperty('--foot');
}
