/** Numbers as people type them: with a decimal comma or point, grouped or not, as a percentage, in full-width digits. */
import type { NumberRule } from '../../../shared/number-rules.ts';
import type { NumberIssue } from './kinds.ts';

export type ParsedNumber = { readonly value: number } | { readonly issue: NumberIssue };

/** Reads a number leniently and holds it against its rule. */
export function parseNumber(text: string, rule: NumberRule): ParsedNumber {
  // NFKC makes ordinary digits and signs of full-width ones. Spaces, apostrophes and underscores only group digits.
  const typed = text
    .normalize('NFKC')
    .replaceAll('−', '-')
    .replace(/[\s'’_]/gu, '');
  if (typed === '') return { issue: { kind: 'empty' } };
  const percent = typed.endsWith('%');
  const plain = withPoint(percent ? typed.slice(0, -1) : typed, rule.whole);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return { issue: { kind: 'not-a-number' } };
  // Twelve digits are more than anyone types; dividing by 100 must not add to them.
  const value = percent ? Number((Number(plain) / 100).toPrecision(12)) : Number(plain);
  if (rule.whole && !Number.isInteger(value)) return { issue: { kind: 'not-whole' } };
  if (value < rule.min || value > rule.max) return { issue: { kind: 'range', min: rule.min, max: rule.max } };
  return { value };
}

/** Digits in groups, as they are grouped anywhere: the last of three, those between of two or three. */
const GROUPED = /^[+-]?\d{1,3}([.,]\d{2,3})*[.,]\d{3}$/;

/**
 * With both signs, the last one is the decimal sign. One that comes several times groups; so does a single one before exactly three
 * digits where only a whole number makes sense. What is grouped otherwise is left as it is: it is no number.
 */
function withPoint(text: string, whole: boolean): string {
  const last = Math.max(text.lastIndexOf(','), text.lastIndexOf('.'));
  if (last === -1) return text;
  const sign = text.charAt(last);
  const other = sign === ',' ? '.' : ',';
  const several = text.indexOf(sign) !== last;
  if (text.includes(other)) {
    const grouped = text.slice(0, last);
    return !several && GROUPED.test(grouped) ? `${grouped.replaceAll(other, '')}.${text.slice(last + 1)}` : text;
  }
  if (several || (whole && GROUPED.test(text) && !/^[+-]?0/.test(text))) {
    return GROUPED.test(text) ? text.replaceAll(sign, '') : text;
  }
  return text.replace(',', '.');
}

/** As it stands in a field: without grouping, never in exponents for what people write out. */
export function writeNumber(value: number): string {
  const text = String(value);
  return text.includes('e-') ? value.toFixed(12).replace(/0+$/, '') : text;
}
