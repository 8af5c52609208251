import { describe, expect, it } from 'vitest';
import { Access } from '../../../src/main/headless/serve/access.ts';

function accessAt(time: { now: number }, port = 8317): Access {
  return new Access(port, () => time.now);
}

describe('a ticket', () => {
  it('works once', () => {
    const access = accessAt({ now: 0 });
    const ticket = access.ticket();
    expect(access.enter(ticket)).toMatch(/^folio-8317=/);
    expect(access.enter(ticket)).toBeNull();
    expect(access.enter(access.token)).not.toBeNull();
    expect(access.enter(access.token)).not.toBeNull();
  });

  it('is good for two minutes', () => {
    const time = { now: 0 };
    const access = accessAt(time);
    const [early, late] = [access.ticket(), access.ticket()];
    time.now = 120_000;
    expect(access.enter(early)).not.toBeNull();
    time.now = 120_001;
    expect(access.enter(late)).toBeNull();
  });

  it('is no other than those that were given out', () => {
    const access = accessAt({ now: 0 });
    const ticket = access.ticket();
    for (const wrong of ['', ticket.slice(1), `${ticket}x`, ticket.toLowerCase()])
      expect(access.enter(wrong)).toBeNull();
    expect(accessAt({ now: 0 }).enter(ticket)).toBeNull();
  });
});

describe('a Host', () => {
  it('has the port, except where browsers leave it out', () => {
    const of = (port: number, host: string): boolean =>
      accessAt({ now: 0 }, port).refuseStranger({ host }, false) === null;
    expect([of(8317, '127.0.0.1:8317'), of(8317, 'localhost:8317')]).toEqual([true, true]);
    expect([of(8317, '127.0.0.1'), of(8317, 'localhost'), of(8317, 'LOCALHOST:8317'), of(8317, '[::1]:8317')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([of(80, '127.0.0.1'), of(80, 'localhost:80')]).toEqual([true, true]);
  });
});

describe('the cookie', () => {
  it('of a Folio on another port, or of an earlier start, is not known', () => {
    const access = accessAt({ now: 0 });
    const pair = (other: Access): string => other.enter(other.token)?.split(';')[0] ?? '';
    expect(access.refuseUnknown({ cookie: pair(access) })).toBeNull();
    expect(access.refuseUnknown({ cookie: `${pair(accessAt({ now: 0 }, 8318))}; ${pair(access)}` })).toBeNull();
    for (const other of [accessAt({ now: 0 }), accessAt({ now: 0 }, 8318)]) {
      expect(access.refuseUnknown({ cookie: pair(other) })).toMatchObject({ status: 401 });
    }
  });
});
