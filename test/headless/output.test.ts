/** Words, numbers and layout. */
import { describe, expect, it } from 'vitest';
import { cells, cut, visible, wrap } from '../../src/main/headless/output/layout.ts';
import { createLiveLine, formatLine } from '../../src/main/headless/output/live-line.ts';
import { table } from '../../src/main/headless/output/table.ts';
import { TextPrinter } from '../../src/main/headless/output/text-printer.ts';
import { Output } from '../../src/main/headless/output/output.ts';
import type { Io } from '../../src/main/headless/io.ts';
import { bytes, count, duration, loss, plural, quoted } from '../../src/main/headless/output/words.ts';
import fc from '../property.ts';

const style = { bold: (text: string) => text } as Output['style'];

describe('numbers', () => {
  it.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [95, '1 min 35 s'],
    [3599.6, '1 h'],
    [7260, '2 h 1 min'],
    [86_400, '1 d'],
    [90_000, '1 d 1 h'],
  ])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [16_086_276, '16.1 MB'],
    [274_000_871, '274 MB'],
    [999_960, '1.0 MB'],
    [2 ** 50, '1126 TB'],
  ])('%d bytes are %s', (size, text) => expect(bytes(size)).toBe(text));

  it('are counted with their nouns', () => {
    expect(plural(1, 'run')).toBe('1 run');
    expect(plural(0, 'run')).toBe('0 runs');
    expect(plural(1720, 'batch', 'batches')).toBe('1,720 batches');
    expect(count(4_021_569)).toBe('4,021,569');
  });

  it('that are losses say so when they are none', () => {
    expect(loss(2.50512)).toBe('2.505');
    expect(loss(null)).toBe('-');
    expect(loss(NaN)).toBe('not a number');
  });
});

describe('layout', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '中', '文', '…', 'é', '😀'), maxLength: 80 }),
  );

  it('wraps to the width and loses nothing but spaces', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 8, max: 40 }), (text, width) => {
        const lines = wrap(text, width).split('\n');
        for (const line of lines) expect(cells(line.trimEnd())).toBeLessThanOrEqual(width);
        const bare = (value: string): string => value.replaceAll(/\s/g, '');
        expect(bare(lines.join(''))).toBe(bare(text));
      }),
    );
  });

  it('keeps words whole, line breaks and the indent', () => {
    expect(wrap('one two three four', 9)).toBe('one two\nthree\nfour');
    expect(wrap('a\n\nb', 20, '  ')).toBe('  a\n\n  b');
    expect(wrap('abcdefghijklmnop', 8)).toBe('abcdefgh\nijklmnop');
    expect(wrap('一二三四五六', 8)).toBe('一二三四\n五六');
  });

  it('cuts to the width, never within a character', () => {
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('一二三', 4)).toBe('一…');
    expect(cut('😀😀😀', 6)).toBe('😀😀😀');
    fc.assert(fc.property(texts, fc.integer({ min: 1, max: 20 }), (text, width) => cells(cut(text, width)) <= width));
  });

  it('shows control characters as pictures', () => {
    expect(visible('a\u001b[31m\u0007\tb\nc\r\u007f\u009b')).toBe('a␛[31m␇\tb\nc␍␡\ufffd');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // eslint-disable-next-line no-control-regex -- they must be gone
        expect(visible(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });

  it('quotes a text on one line', () => {
    expect(quoted('a\n"b"', 40)).toBe('"a\\n\\"b\\""');
    expect(quoted('abcdefghij', 8)).toBe('"abcde…"');
  });
});

describe('a table', () => {
  const columns = [
    { title: 'Id', align: 'right' as const },
    { title: 'Name', shrinkTo: 6 },
    { title: 'Seen', priority: 1 },
    { title: 'Rare', priority: 9 },
  ];
  const rows = [
    ['1', 'a long name', 'yes', 'no'],
    ['22', '名', 'no', 'yes'],
  ];

  it('aligns its columns, wide characters too', () => {
    expect(table(columns, rows, { style, width: 80 })).toBe(
      ['Id  Name         Seen  Rare', ' 1  a long name  yes   no', '22  名           no    yes'].join('\n'),
    );
  });

  it('drops the rare, then cuts, then drops the rest', () => {
    expect(table(columns, rows, { style, width: 20 }).split('\n')[1]).toBe(' 1  a long na…  yes');
    expect(table(columns, rows, { style, width: 16 }).split('\n')[1]).toBe(' 1  a lon…  yes');
    expect(table(columns, rows, { style, width: 11 }).split('\n')[1]).toBe(' 1  a lon…');
  });
});

describe('the moving line', () => {
  const state = { label: 'epoch 2/10', fraction: 0.456, facts: ['loss 1.932', '3 min left', '7,356 characters/s'] };

  it('has everything where there is room', () => {
    expect(formatLine(state, 100)).toMatch(
      /^epoch 2\/10 {2}━+─+ {3}45% {2}loss 1\.932 {2}3 min left {2}7,356 characters\/s$/,
    );
  });

  it('is never wider than the terminal and gives up facts before the loss', () => {
    for (let width = 10; width < 120; width++) {
      const line = formatLine(state, width);
      expect(cells(line)).toBeLessThanOrEqual(width);
      if (width >= 30) expect(line).toContain('loss 1.932');
    }
  });

  it('comes as a plain line at most every five seconds where nobody watches', () => {
    let written = '';
    let time = 0;
    const stream = { write: (text: string) => ((written += text), true), once: () => undefined };
    const line = createLiveLine({ stream, live: false, now: () => time });
    for (time = 0; time < 12_000; time += 500) line.show({ ...state, facts: [`at ${time}`] });
    line.clear();
    expect(written.split('\n')).toEqual([
      'epoch 2/10  45%  at 0',
      'epoch 2/10  45%  at 5000',
      'epoch 2/10  45%  at 10000',
      '',
    ]);
  });
});

describe('texts that grow', () => {
  it('are printed live for the first and in order for the others', () => {
    let written = '';
    const stream = { write: (text: string) => ((written += text), true), once: () => undefined };
    const io: Io = {
      out: stream,
      err: stream,
      env: {},
      interactive: false,
      ask: () => Promise.resolve(''),
      onInterrupt: () => () => undefined,
      exit: () => undefined,
    };
    const printer = new TextPrinter(new Output(io, false), 'P ', 2);
    printer.grow(1, 'x');
    expect(written).toBe('');
    printer.grow(0, 'a');
    expect(written).toBe('── 1 of 2 ──\nP a');
    printer.grow(1, 'y\n');
    printer.grow(0, 'b');
    printer.finish();
    expect(written).toBe('── 1 of 2 ──\nP ab\n── 2 of 2 ──\nP xy\n');
  });
});
