import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';

import { Vocabulary } from '../../src/main/model/vocabulary.ts';
import { openKnownText } from '../../src/main/services/known-text.ts';
import { Scratch } from '../store/support.ts';

const scratch = new Scratch();
afterEach(() => scratch.clean());

it('a text that is being counted can be cancelled', async () => {
  const path = join(scratch.folder(), 'long.txt');
  writeFileSync(path, 'ab'.repeat(500_000));
  const vocabulary = new Vocabulary(['a', 'b']);
  const cancel = new AbortController();
  const counting = openKnownText(path, vocabulary, 'refuse', cancel.signal);
  cancel.abort();
  await expect(counting).rejects.toMatchObject({ code: 'cancelled' });
  const text = await openKnownText(path, vocabulary, 'refuse', new AbortController().signal);
  expect(text.characters).toBe(1_000_000);
  text.close();
});
