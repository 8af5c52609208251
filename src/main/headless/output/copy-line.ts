/** The line that moves while a large file is copied and checked. */
import type { CopyProgress } from '../../../shared/keeping.ts';
import { abortOnInterrupt } from '../context.ts';
import type { CommandContext } from '../context.ts';
import { createWorkLine } from './work-line.ts';
import { bytes } from './words.ts';

const LABELS: Readonly<Record<CopyProgress['phase'], string>> = {
  copy: 'copying',
  check: 'checking',
  replace: 'putting it in its place',
};

/** Runs long work under such a line; an interrupt aborts its signal. */
export async function underCopyLine<T>(
  { io }: Pick<CommandContext, 'io'>,
  work: (progress: (at: CopyProgress) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const line = createWorkLine(io);
  const { signal, done } = abortOnInterrupt(io);
  const show = ({ phase, done, total }: CopyProgress): void =>
    line.show({
      label: LABELS[phase],
      fraction: total === 0 ? null : done / total,
      facts: total === 0 ? [] : [`${bytes(done)} of ${bytes(total)}`],
    });
  try {
    return await work(show, signal);
  } finally {
    line.clear();
    done();
  }
}
