import { expect, it } from 'vitest';
import { givenIn, strangeIn } from '../../src/main/desktop/given.ts';

it('tells what the window is to open from what it has no use for', () => {
  const argv = ['Folio', '--flag', 'restore', 'gone.db', 'run.folio', 'file:///tmp/other', import.meta.filename, ''];
  expect(givenIn(argv)).toEqual(['run.folio']);
  expect(strangeIn(argv)).toEqual(['restore', 'gone.db']);
  expect(strangeIn(['restore', '--in-default-place'])).toEqual([]);
});
