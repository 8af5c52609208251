/** How the process that has a record is called, to people. */
import { describe, expect, it } from 'vitest';
import { asTyped } from '../../src/main/headless/command-line.ts';
import { describeOwner } from '../../src/main/store/lock.ts';

const owner = (command: string, isWindow = false): Parameters<typeof describeOwner>[0] => ({
  ...{ pid: 4711, since: 0 },
  command,
  isWindow,
});

describe('the process that has a record', () => {
  it.each([
    ['Folio --given.folio', true, 'the window (process 4711)'],
    ['folio train --preset quick', false, '`folio train` (process 4711)'],
    ['folio --data folder serve --port 0', false, '`folio serve` (process 4711)'],
    ['folio', false, '`folio` (process 4711)'],
    ['start', false, '`npm start` (process 4711)'],
    ['forks --anything', false, 'process 4711'],
  ])('that was started as %s is called by what a person knows', (command, isWindow, words) => {
    expect(describeOwner(owner(command, isWindow))).toBe(words);
  });

  it('is another one while it has not yet written down who it is', () => {
    expect(describeOwner(null)).toBe('another process');
  });

  it('is not taken for a command that is to be typed', () => {
    const said = `${describeOwner(owner('folio train'))} is working with /data. Or type \`folio train\`.`;
    expect(asTyped(said, { env: {} }, '/other')).toBe(
      '`folio train` (process 4711) is working with /data. Or type `npx folio train --data /other`.',
    );
  });
});
