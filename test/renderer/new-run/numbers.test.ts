import { describe, expect, it } from 'vitest';
import { parseNumber, writeNumber } from '../../../src/renderer/screens/new-run/numbers.ts';
import fc from '../../property.ts';

const real = { whole: false, min: 0, max: 1e9 };
const whole = { whole: true, min: 0, max: 1_000_000_000 };

describe('numbers as people type them', () => {
  it.each([
    ['0.5', 0.5],
    ['0,5', 0.5],
    [' 0,001 ', 0.001],
    ['1e-3', 0.001],
    ['4E-3', 0.004],
    ['.25', 0.25],
    ['1.', 1],
    ['10 %', 0.1],
    ['7,5%', 0.075],
    ['１２．５', 12.5],
    ['+3', 3],
    ['1,234.5', 1234.5],
    ['1.234,5', 1234.5],
    ['1.234.567,5', 1234567.5],
    ["12'345", 12345],
    ['1,500', 1.5],
  ])('reads %j as %d', (text, value) => {
    expect(parseNumber(text, real)).toEqual({ value });
  });

  it.each([
    ['1,000', 1000],
    ['1.000', 1000],
    ['1 000', 1000],
    ['1\u202f000\u00a0000', 1_000_000],
    ['1,000,000', 1_000_000],
    ['1,00,000', 100_000],
    ['2.0', 2],
    ['1e3', 1000],
    ['64', 64],
    ['１００', 100],
  ])('reads %j as the whole number %d', (text, value) => {
    expect(parseNumber(text, whole)).toEqual({ value });
  });

  it.each(['', '  '])('sees that there is nothing in %j', (text) => {
    expect(parseNumber(text, real)).toEqual({ issue: { kind: 'empty' } });
  });

  it.each([
    'viel',
    '1..2',
    '--1',
    '1e',
    'NaN',
    'Infinity',
    '0x10',
    '1 2 a',
    '%',
    '1,2,',
    '1,2.5',
    '1,00,00',
    '1,2,3',
    '1e999999x',
  ])('does not guess at %j', (text) => {
    expect(parseNumber(text, real)).toMatchObject({ issue: { kind: 'not-a-number' } });
  });

  it('names what is wrong with a number', () => {
    expect(parseNumber('1.5', whole)).toEqual({ issue: { kind: 'not-whole' } });
    expect(parseNumber('-1', whole)).toEqual({ issue: { kind: 'range', min: 0, max: 1_000_000_000 } });
    expect(parseNumber('1e999', real)).toMatchObject({ issue: { kind: 'range' } });
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-8, max: 1e6, noNaN: true }).map((n) => Number(n.toPrecision(4))),
        (value) => {
          const parsed = parseNumber(writeNumber(value), real);
          expect('value' in parsed ? parsed.value : NaN).toBeCloseTo(value, 12);
        },
      ),
    );
    expect(writeNumber(1e-8)).toBe('0.00000001');
    expect(writeNumber(0.004)).toBe('0.004');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, isWhole) => {
        const parsed = parseNumber(text, isWhole ? whole : real);
        if ('value' in parsed) expect(Number.isFinite(parsed.value)).toBe(true);
      }),
    );
  });
});
