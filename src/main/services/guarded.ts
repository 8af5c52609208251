/** A listener's defect is not that of whom it listens to: it surfaces as an uncaught exception, after this turn. */
export function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
