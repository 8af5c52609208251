import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { afterAll, describe, expect, it } from 'vitest';
import { Normalizer } from '../../../src/main/services/text/normalizer.ts';
import { openTextFile } from '../../../src/main/services/text/text-file.ts';
import { FolioError } from '../../../src/shared/errors.ts';
import fc from '../../property.ts';

// The same cases every time.
const folder = mkdtempSync(join(tmpdir(), 'folio-text-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
let files = 0;

function fileOf(bytes: Uint8Array | string): string {
  const path = join(folder, `${++files}.txt`);
  writeFileSync(path, bytes);
  return path;
}

async function read(path: string): Promise<{ readonly label: string; readonly text: string }> {
  const file = await openTextFile(path);
  try {
    let text = '';
    for (const piece of file.pieces()) {
      expect(piece.text.isWellFormed()).toBe(true);
      text += piece.text;
    }
    return { label: file.encoding.label, text };
  } finally {
    file.close();
  }
}

async function refusal(path: string): Promise<FolioError> {
  try {
    await read(path);
  } catch (error) {
    if (error instanceof FolioError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const chinese =
  '第一回 宴桃园豪杰三结义 斩黄巾英雄首立功\n话说天下大势,分久必合,合久必分。周末七国分争,并入于秦。及秦灭之后,楚、汉分争,又并入于汉。\n';
const russian = 'Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n';
const french =
  "Le café était fermé à Noël. L'été dernier, nous sommes allés à la plage où les élèves étaient fatigués.\n";
const typographic =
  '«\u00a0L’été\u00a0», dit-il — c’est déjà fini… Où êtes-vous donc passés, mes chers élèves\u00a0?\n';
const emoji = 'Good morning 😀, said the 🐈‍⬛ to the 🧑‍🚀. 👍🏽\n';
const english = 'First Citizen:\nBefore we proceed any further, hear me speak.\n';

const traditional = '話說天下大勢,分久必合,合久必分。周末七國分爭,并入于秦。及秦滅之後,楚、漢分爭,又并入于漢。\n';
const japanese = '吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n';

describe('the encoding of a text file', () => {
  it.each([
    ['English', 'utf-8', 'UTF-8', english],
    ['Chinese', 'utf-8', 'UTF-8', chinese],
    ['emoji', 'utf-8', 'UTF-8', emoji],
    ['one character', 'utf-8', 'UTF-8', 'é'],
    ['Chinese', 'gb18030', 'GB18030', chinese],
    ['a little Chinese', 'gb18030', 'GB18030', '罗密欧与朱丽叶是一部悲剧'],
    ['Chinese with emoji', 'gb18030', 'GB18030', chinese + emoji],
    ['Chinese', 'big5', 'Big5', traditional],
    ['Japanese', 'shift_jis', 'Shift_JIS', japanese],
    ['Russian', 'windows-1251', 'windows-1251', russian],
    ['Russian', 'koi8-r', 'KOI8-R', russian],
    ['French', 'latin1', 'windows-1252', french],
    ['French with quotation marks', 'windows-1252', 'windows-1252', typographic],
    ['English', 'utf-16le', 'UTF-16 LE', english],
    ['English', 'utf-16be', 'UTF-16 BE', english],
    ['Chinese', 'utf-16le', 'UTF-16 LE', chinese],
    ['Chinese', 'utf-16be', 'UTF-16 BE', chinese],
    ['Russian', 'utf-16le', 'UTF-16 LE', russian],
    ['Russian', 'utf-16be', 'UTF-16 BE', russian],
    ['Japanese', 'utf-16le', 'UTF-16 LE', japanese],
    ['French', 'utf-16be', 'UTF-16 BE', french],
    ['emoji', 'utf-16le', 'UTF-16 LE', emoji],
  ])('%s in %s is read as %s', async (_, encoding, label, text) => {
    expect(await read(fileOf(iconv.encode(text, encoding)))).toEqual({ label, text });
  });

  it.each([
    ['utf-8', 'UTF-8 with BOM'],
    ['utf-16le', 'UTF-16 LE with BOM'],
    ['utf-16be', 'UTF-16 BE with BOM'],
    ['utf-32le', 'UTF-32 LE with BOM'],
    ['gb18030', 'GB18030 with BOM'],
  ])('a byte order mark decides for %s and is not part of the text', async (encoding, label) => {
    const text = emoji + chinese;
    expect(await read(fileOf(iconv.encode(`\ufeff${text}`, encoding)))).toEqual({ label, text });
  });

  it('is UTF-8 whatever character a chunk or the sample ends in', async () => {
    for (let shift = 0; shift < 4; shift++) {
      const text = 'a'.repeat(shift) + '😀é中'.repeat(120_000); // 1.1 MB
      const path = fileOf(text);
      expect(await read(path)).toEqual({ label: 'UTF-8', text });
      const file = await openTextFile(path);
      expect(file.encoding.valid).toBe(true);
      file.close();
    }
  });

  it('is found where the first character beyond ASCII comes late', async () => {
    const late = english.repeat(20_000); // 1.2 MB
    expect(await read(fileOf(iconv.encode(late + french, 'latin1')))).toEqual({
      label: 'windows-1252',
      text: late + french,
    });
    expect(await read(fileOf(iconv.encode(late + chinese, 'gb18030')))).toEqual({
      label: 'GB18030',
      text: late + chinese,
    });
    expect(await read(fileOf(late + chinese))).toEqual({ label: 'UTF-8', text: late + chinese });
  });

  it('stays UTF-8 with a few broken places', async () => {
    const bytes = Buffer.concat([Buffer.from(chinese), Buffer.of(0xff), Buffer.from(chinese)]);
    expect(await read(fileOf(bytes))).toEqual({ label: 'UTF-8', text: `${chinese}\ufffd${chinese}` });
    // Cut off in the middle of a character, as a broken download is.
    expect(await read(fileOf(Buffer.from(chinese).subarray(0, -2)))).toEqual({
      label: 'UTF-8',
      text: `${chinese.slice(0, -2)}\ufffd`,
    });
  });

  it('lets other work go on while a large file is looked at', async () => {
    const bytes = Buffer.from(chinese.repeat(20_000)); // 5 MB
    for (let i = 0; i < bytes.length; i += 3000) bytes[i] = 0xff; // not quite UTF-8: all of it is read, and counted
    const opening = openTextFile(fileOf(bytes));
    let turns = 0;
    let open = true;
    const turn = (): void => {
      turns++;
      if (open) setImmediate(turn);
    };
    setImmediate(turn);
    const file = await opening;
    open = false;
    file.close();
    expect(file.encoding).toEqual({ id: 'utf-8', label: 'UTF-8' });
    expect(turns).toBeGreaterThan(10);
  });
});

describe('a file that is no text', () => {
  const elf = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), Buffer.alloc(100)]);
  it.each([
    ['a program', elf, 'a program (ELF)'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'a PNG image'],
    ['a zip archive', Buffer.from('504b0304140000000800', 'hex'), '.docx'],
    ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj\n'), 'a PDF document'],
    ['zeros', Buffer.alloc(1000), 'NUL bytes'],
    [
      'random bytes',
      Buffer.from(Array.from({ length: 5000 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 24)),
      'not text',
    ],
    ['control characters', Buffer.from('\x01\x02\x03abc\x04\x05'.repeat(50)), 'control characters'],
    ['text with stray NUL bytes', Buffer.from('hello wor\0ld, how are you today?\n'.repeat(9)), 'NUL bytes'],
    ['Latin-1 with stray NUL bytes', Buffer.from('l\xe9t\xe9 \0 caf\xe9 et th\xe9\n'.repeat(9), 'latin1'), 'NUL bytes'],
  ])('is refused by name: %s', async (_, bytes, message) => {
    const error = await refusal(fileOf(bytes));
    expect(error.code).toBe('corpus');
    expect(error.message).toContain(message);
    expect(error.hint).toBeDefined();
  });

  it('is refused: empty, missing, a directory, a device', async () => {
    expect(await refusal(fileOf(''))).toMatchObject({
      code: 'corpus',
      message: expect.stringContaining('is empty') as string,
    });
    expect(await refusal(join(folder, 'no such file'))).toMatchObject({
      code: 'file',
      message: expect.stringContaining('there is no file') as string,
    });
    mkdirSync(join(folder, 'directory'));
    expect((await refusal(join(folder, 'directory'))).message).toContain('is a directory');
    if (process.platform !== 'win32') expect((await refusal('/dev/null')).message).toContain('not a regular file');
  });

  it('is refused: a pipe, without waiting for its other end', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no named pipes in folders');
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    expect((await refusal(path)).message).toContain('not a regular file');
  });

  it('is refused: one without permission', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no such permissions');
    skip(process.getuid?.() === 0, 'the superuser may read everything');
    const path = fileOf('secret');
    chmodSync(path, 0);
    expect(await refusal(path)).toMatchObject({
      code: 'file',
      message: expect.stringContaining('may not be read') as string,
    });
  });
});

describe('Normalizer', () => {
  const decode = (encoding: string, chunks: readonly Uint8Array[]) => {
    const normalizer = new Normalizer(encoding);
    return chunks.map((chunk) => normalizer.write(chunk)).join('') + normalizer.end();
  };

  it('takes one byte order mark from the start and no other', () => {
    const text = 'ab\ufeffc';
    for (const encoding of ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'gb18030']) {
      const bytes = iconv.encode(`\ufeff${text}`, encoding);
      expect(
        decode(
          encoding,
          [...bytes].map((byte) => Buffer.of(byte)),
        ),
      ).toBe(text);
    }
  });

  it('makes every line end a line feed', () => {
    expect(decode('utf-8', [Buffer.from('a\r\nb\rc\nd\r\n\r\ne\n\rf\r')])).toBe('a\nb\nc\nd\n\ne\n\nf\n');
  });

  it('does not depend on how the bytes are cut', () => {
    const pieces = fc.array(fc.constantFrom('\r', '\n', '\r\n', 'a', 'é', '中', '😀'), { maxLength: 30 });
    const encodings = fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'gb18030');
    fc.assert(
      fc.property(pieces, encodings, fc.array(fc.nat(60)), (texts, encoding, cuts) => {
        const text = texts.join('');
        const bytes = iconv.encode(text, encoding);
        const borders = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const chunks = borders.slice(1).map((border, i) => bytes.subarray(borders[i], border));
        const decoded = decode(encoding, chunks);
        expect(decoded).toBe(text.replace(/\r\n?/g, '\n'));
      }),
      { numRuns: 1000 },
    );
  });

  it('never gives half a surrogate pair', () => {
    const normalizer = new Normalizer('utf-16le');
    const bytes = Buffer.from('😀', 'utf16le');
    for (const byte of bytes) expect(normalizer.write(Uint8Array.of(byte)).isWellFormed()).toBe(true);
    expect(decode('utf-16le', [bytes.subarray(0, 2)])).toBe('\ufffd');
  });
});
