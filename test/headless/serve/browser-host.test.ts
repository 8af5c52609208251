import { expect, it } from 'vitest';
import { browserHost } from '../../../src/main/headless/serve/browser-host.ts';

const host = (env: Readonly<Record<string, string>> = {}): ReturnType<typeof browserHost> =>
  browserHost({ place: () => Promise.reject(new Error('nothing is saved')) }, { env });

it('a page in a browser proposes what can be typed as it stands, by the name that Folio was called by', () => {
  expect(host().typed(['move', '--to'])).toBe('npx folio move --to');
  expect(host({ npm_lifecycle_event: 'start' }).typed(['move', '--to'])).toBe('npm run folio -- move --to');
  expect(host().typed(['restore', '--replace'], '/my work')).toBe('npx folio restore --replace --data "/my work"');
});
