import { describe, expect, it } from 'vitest';
import { addressOf, isTrusted, packAddress } from '../../../../src/main/engine/tensorflow/pack/address.ts';
import { FolioError } from '../../../../src/shared/errors.ts';
import fc from '../../../property.ts';

describe('packAddress', () => {
  it.each([
    ['https://example.org/cuda', 'https://example.org/cuda/'],
    ['https://example.org/cuda?#', 'https://example.org/cuda/'],
    ['  https://example.org ', 'https://example.org/'],
    ['http://127.0.0.1:8080/a/', 'http://127.0.0.1:8080/a/'],
    ['http://localhost/a', 'http://localhost/a/'],
    ['http://[::1]:80/a', 'http://[::1]/a/'],
  ])('takes “%s”', (written, expected) => {
    expect(packAddress(written).href).toBe(expected);
  });

  it.each([
    ['', 'There is no address'],
    ['folder', 'is not an address'],
    ['http://example.org/cuda/', 'is not an encrypted address'],
    ['http://127.0.0.1.example.org/', 'is not an encrypted address'],
    ['http://localhost.example.org/', 'is not an encrypted address'],
    ['file:///tmp/', 'is not an encrypted address'],
    ['https://me:secret@example.org/', 'holds a name or a password'],
    ['https://example.org/cuda?token=1', 'is not the address of a folder'],
  ])('refuses %s', (written, reason) => {
    expect(() => packAddress(written)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(reason) as string }),
    );
  });

  it('refuses one that is longer than any', () => {
    expect(() => packAddress(`https://example.org/${'a'.repeat(3000)}`)).toThrow(
      /^"https.{90,110}…" is not an address/,
    );
  });

  it('gives an address that may be asked, or says what is wrong, whatever is written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })), (written) => {
        try {
          const url = packAddress(written);
          expect(isTrusted(url, null)).toBe(true);
          expect(addressOf({ name: 'a b.whl' }, url).href).toBe(`${url.href}a%20b.whl`);
        } catch (error) {
          expect(error).toBeInstanceOf(FolioError);
        }
      }),
    );
  });
});

it('an address of another computer never leads to this one', () => {
  const away = new URL('https://example.org/');
  expect(isTrusted(new URL('http://127.0.0.1/'), away)).toBe(false);
  expect(isTrusted(new URL('https://other.example/'), away)).toBe(true);
});
