/** Tests of one path, each going on where the one before has ended: after one that failed the others say so and do not run. */
import { it } from 'vitest';

export type Step = (name: string, work: () => Promise<void>) => void;

export function steps(): Step {
  let failed: string | null = null;
  return (name, work) => {
    it(name, async (context) => {
      context.skip(failed !== null, `the path ended at: ${failed ?? ''}`);
      failed = name;
      await work();
      failed = null;
    });
  };
}
