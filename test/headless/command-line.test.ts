/** Commands in messages, as the person would type them. */
import { describe, expect, it } from 'vitest';
import { asTyped, commandLine } from '../../src/main/headless/command-line.ts';
import fc from '../property.ts';

const NPX = { env: {} };
const NPM = { env: { npm_lifecycle_event: 'folio' } };

describe('asTyped', () => {
  it.each([
    ['`folio resume 3` goes on.', '`npx folio resume 3` goes on.'],
    ['See folio engines.', 'See npx folio engines.'],
    ['Report it with the output of: folio doctor', 'Report it with the output of: npx folio doctor'],
    ['`folio --help` lists the commands.', '`npx folio --help` lists the commands.'],
    ['Try npx folio runs, or npm run folio -- runs', 'Try npx folio runs, or npm run folio -- runs'],
    ['process 7 (folio train --json) is working', 'process 7 (folio train --json) is working'],
    ['there is no run "folio train"', 'there is no run "folio train"'],
    ['/texts/folio train.txt is empty', '/texts/folio train.txt is empty'],
    ['the portfolio runs on', 'the portfolio runs on'],
    ['Folio runs on', 'Folio runs on'],
  ])('%j becomes %j', (message, typed) => expect(asTyped(message, NPX, undefined)).toBe(typed));

  it('names the data folder where the command depends on it', () => {
    const typed = (message: string) => asTyped(message, NPM, '/d');
    expect(typed('`folio resume 3` goes on.')).toBe('`npm run folio -- resume 3 --data /d` goes on.');
    expect(typed('folio generate 3 writes.')).toBe('npm run folio -- --data /d generate 3 writes.');
    expect(typed('`folio engines --install tensorflow`.')).toBe('`npm run folio -- engines --install tensorflow`.');
    expect(typed('See folio engines.')).toBe('See npm run folio -- engines.');
    expect(typed('`folio train --help` explains it.')).toBe('`npm run folio -- train --help` explains it.');
  });

  it('agrees with commandLine, and changes what it has made no further', () => {
    const word = fc.stringMatching(/^[a-z0-9"$ .-]{1,8}$/);
    fc.assert(
      fc.property(fc.constantFrom('resume', 'show', 'runs'), fc.array(word, { maxLength: 2 }), (command, words) => {
        const quoted = commandLine(NPX, undefined, [command, ...words]).replace(/^npx /, '');
        fc.pre(!quoted.includes('--help'));
        const typed = asTyped(`\`${quoted}\``, NPX, '/a b');
        expect(typed).toBe(`\`${commandLine(NPX, '/a b', [command, ...words])}\``);
        expect(asTyped(typed, NPX, '/a b')).toBe(typed);
      }),
    );
  });
});
