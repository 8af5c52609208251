import { describe, expect, it } from 'vitest';
import { whyUnreachable } from '../../src/shared/unreachable.ts';

const failed = (cause: unknown): Error => new TypeError('fetch failed', { cause });
const coded = (code: string): Error => Object.assign(new Error(`getaddrinfo ${code} nowhere`), { code });

describe('why a server could not be asked', () => {
  it('is said in words', async () => {
    expect(whyUnreachable(failed(coded('ENOTFOUND')))).toBe('there is no computer of that name');
    // As fetch itself says it.
    const refused: unknown = await fetch('https://127.0.0.1:9/').catch((error: unknown) => error);
    expect(whyUnreachable(refused)).toBe('web addresses do not use this port');
  });

  it('is said by its code, or as it was said, where there are no words for it', () => {
    expect(whyUnreachable(failed(coded('ENEW')))).toBe('ENEW');
    expect(whyUnreachable(failed(new Error('something new')))).toBe('something new');
    expect(whyUnreachable('odd')).toBe('odd');
  });
});
