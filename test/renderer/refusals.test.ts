import { expect, it } from 'vitest';
import { refusalsIn } from '../../src/renderer/lib/refusals.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';

const error = { code: 'engine', message: 'no engine works here' } as const;
const ended = { run: 1, type: 'finished', status: 'stopped', reason: '', epochs: 1, steps: 10, seconds: 1 } as const;

it('a refused resume is told where the run, which is as it was, does not say it', () => {
  const events: TrainingEvent[] = [
    { run: 1, type: 'created', name: 'a' },
    { ...ended, error },
    { ...ended, status: 'interrupted', reason: 'the process crashed', error },
    { ...ended, status: 'failed', reason: error.message, error }, // its page says it
    { ...ended, error: null },
  ];
  expect(refusalsIn(events)).toEqual([error, error]);
});
