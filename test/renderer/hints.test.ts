import { describe, expect, it } from 'vitest';
import { hintForWindow } from '../../src/renderer/lib/hints.ts';

describe('hints in a window', () => {
  it.each([
    ['Wait until it has ended, or stop it.', 'Wait until it has ended, or stop it.'],
    ['Use --set optimizer=adamw, or --set weightDecay=0.', 'Use optimizer=adamw, or weightDecay=0.'],
    ['`folio runs` lists them.', null],
    ['Or let Folio choose: --engine auto.', null],
    ['Update Folio, or name another folder with --data. The file was left untouched.', 'The file was left untouched.'],
    ['`folio generate 3 --epoch N` still works (epoch 1, 2); folio doctor names what is damaged.', null],
    ['Stored up to epoch 3; `folio resume 3` goes on.', 'Stored up to epoch 3.'],
    ['Free some space. Or put the cache elsewhere with FOLIO_CACHE.', 'Free some space.'],
    ['Try again; FOLIO_WASM_THREADS=1 computes without other threads.', 'Try again.'],
    ['Or unset FOLIO_LIBTENSORFLOW.', 'Or unset FOLIO_LIBTENSORFLOW.'],
    ['Free some space; nothing else helps.', 'Free some space; nothing else helps.'],
  ])('%j becomes %j', (hint, shown) => {
    expect(hintForWindow(hint)).toBe(shown);
  });
});
