import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import iconv from 'iconv-lite';
import { afterAll, describe, expect, it } from 'vitest';
import { BUILTIN_SHA256, createCorpusService } from '../../src/main/services/corpora.ts';
import type { Store } from '../../src/main/store/types.ts';
import type { CorpusInfo } from '../../src/shared/domain.ts';
import { FolioError } from '../../src/shared/errors.ts';

const resources = fileURLToPath(new URL('../../resources', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'folio-corpora-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What the record does with corpora, in memory: a corpus is there when all of its chunks have been taken. */
function fakeStore() {
  const corpora: CorpusInfo[] = [];
  const texts: string[] = [];
  const vocabularies: (readonly string[])[] = [];
  const store: Pick<Store, 'addCorpus' | 'corpora' | 'corpusChunks' | 'findCorpus'> = {
    addCorpus({ name, encoding, vocabulary, characters, sha256, chunks }) {
      const bytes = Buffer.concat([...chunks]);
      texts.push(bytes.toString('utf8'));
      vocabularies.push(vocabulary);
      const info: CorpusInfo = {
        id: corpora.length + 1,
        name,
        sha256,
        characters,
        encoding,
        vocabularySize: vocabulary.length,
        storedBytes: bytes.length,
        createdAt: 0,
      };
      corpora.push(info);
      return info;
    },
    corpora: () => corpora,
    corpusChunks: (id) => [Buffer.from(texts[id - 1] ?? '')],
    findCorpus: (sha256) => corpora.find((corpus) => corpus.sha256 === sha256) ?? null,
  };
  return { store, service: createCorpusService(store, resources), texts, vocabularies };
}

let files = 0;
function fileOf(bytes: Uint8Array | string): string {
  const path = join(folder, `text ${++files}.txt`);
  writeFileSync(path, bytes);
  return path;
}

async function refusal(action: Promise<unknown>): Promise<FolioError> {
  const error: unknown = await action.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FolioError) return error;
  throw new Error(`not refused with a FolioError: ${String(error)}`);
}

const chinese = '第一回 宴桃园豪杰三结义 斩黄巾英雄首立功\n话说天下大势,分久必合,合久必分。周末七国分争,并入于秦。\n';

describe('the built-in corpus', () => {
  it('is Shakespeare: 1,115,394 characters, 65 distinct, stored once', async () => {
    const { service, texts, vocabularies } = fakeStore();
    const corpus = await service.builtin();
    expect(corpus).toMatchObject({
      id: 1,
      name: 'Shakespeare',
      characters: 1_115_394,
      vocabularySize: 65,
      encoding: 'UTF-8',
      sha256: BUILTIN_SHA256,
    });
    expect(texts[0] === readFileSync(join(resources, 'corpora/shakespeare.txt'), 'utf8')).toBe(true);
    expect(vocabularies[0]?.slice(0, 3)).toEqual(['\n', ' ', '!']);
    expect(await service.builtin()).toEqual(corpus);
    expect(service.list()).toEqual([corpus]);
  });

  it('is the same corpus when a person adds it as a file', async () => {
    const { service } = fakeStore();
    const corpus = await service.builtin();
    expect(await service.add(join(resources, 'corpora/shakespeare.txt'))).toEqual(corpus);
  });

  it('is refused when its file was changed', async () => {
    mkdirSync(join(folder, 'corpora'));
    writeFileSync(join(folder, 'corpora/shakespeare.txt'), 'To be or not to be');
    const { store } = fakeStore();
    expect((await refusal(createCorpusService(store, folder).builtin())).code).toBe('damaged');
    expect(store.corpora()).toEqual([]);
  });
});

describe('adding a text', () => {
  it('counts the characters of what was stored', async () => {
    const { service } = fakeStore();
    const { id } = await service.add(fileOf('añb\r\nb😀'));
    expect([...service.counts(id)]).toEqual([
      ['\n', 1],
      ['a', 1],
      ['b', 2],
      ['ñ', 1],
      ['😀', 1],
    ]);
  });

  it('stores the same text once, whatever its encoding and line ends', async () => {
    const { service, texts } = fakeStore();
    const first = await service.add(fileOf(chinese));
    expect(first).toMatchObject({
      name: 'text 2.txt',
      encoding: 'UTF-8',
      characters: Array.from(chinese).length,
      vocabularySize: new Set(chinese).size,
      sha256: createHash('sha256').update(chinese).digest('hex'),
    });
    const windows = chinese.replaceAll('\n', '\r\n');
    for (const encoding of ['gb18030', 'utf-16le', 'utf-8']) {
      expect(await service.add(fileOf(iconv.encode(windows, encoding)))).toEqual(first);
    }
    expect(await service.add(fileOf(`\ufeff${chinese}`))).toEqual(first);
    expect(texts).toEqual([chinese]);
  });

  it('counts code points and sorts the vocabulary by them', async () => {
    const { service, vocabularies } = fakeStore();
    const corpus = await service.add(fileOf('b😀～a😀'.repeat(300_000))); // 3.3 MB: several chunks
    expect(corpus).toMatchObject({ characters: 1_500_000, vocabularySize: 4 });
    expect(vocabularies[0]).toEqual(['a', 'b', '～', '😀']);
  });

  it('reports its progress in bytes of the file, up to the whole', async () => {
    const { service } = fakeStore();
    const path = fileOf('Four score and seven years ago\n'.repeat(100_000));
    const reports: [number, number][] = [];
    await service.add(path, (done, total) => reports.push([done, total]));
    expect(reports.length).toBeGreaterThan(4);
    expect(reports.map(([done]) => done)).toEqual(reports.map(([done]) => done).toSorted((a, b) => a - b));
    expect(reports.at(-1)).toEqual([3_100_000, 3_100_000]);
    const again: [number, number][] = [];
    await service.add(path, (done, total) => again.push([done, total]));
    expect(again.at(-1)).toEqual([3_100_000, 3_100_000]);
  });

  it('notices that the file changes between counting and storing, and stores nothing', async () => {
    const { store, service } = fakeStore();
    const path = fileOf('Friends, Romans, countrymen\n'.repeat(100_000));
    let changed = false;
    const error = await refusal(
      service.add(path, (done, total) => {
        if (changed || done < total / 2) return;
        changed = true;
        writeFileSync(path, 'lend me your ears');
      }),
    );
    expect(error).toMatchObject({ code: 'file', message: expect.stringContaining('changed while') as string });
    expect(store.corpora()).toEqual([]);
  });

  it('stores a file that grows as it was when it was opened', async () => {
    const { service } = fakeStore();
    const path = fileOf('x'.repeat(99) + '\n');
    const corpus = await service.add(path, () => {
      appendFileSync(path, 'later\n');
    });
    expect(corpus.characters).toBe(100);
  });

  it('says how many places could not be decoded', async () => {
    const { service } = fakeStore();
    const bytes = Buffer.concat([Buffer.from(chinese), Buffer.of(0xff), Buffer.from(chinese)]);
    expect((await service.add(fileOf(bytes))).encoding).toBe('UTF-8, 1 undecodable place');
    // Written as U+FFFD into a valid file: it is a character like any other.
    expect((await service.add(fileOf(`${chinese}\ufffd\ufffd`))).encoding).toBe('UTF-8');
  });

  it('refuses many of them, naming the encoding and the first place', async () => {
    const { service } = fakeStore();
    const damaged = Buffer.concat([Buffer.from('é'.repeat(20)), Buffer.of(0xff), Buffer.from('\n')]);
    const bytes = Buffer.concat([Buffer.from('é\n'), ...Array.from({ length: 50 }, () => damaged)]);
    const error = await refusal(service.add(fileOf(bytes)));
    expect(error.code).toBe('corpus');
    expect(error.message).toContain('read as UTF-8 has 50 undecodable places, the first at character 23 (line 2)');
  });

  it.each([
    ['nothing', '', 'corpus', 'is empty'],
    ['a byte order mark alone', '\ufeff', 'corpus', 'is empty'],
    ['a NUL character far inside', `${'text\n'.repeat(300_000)}\0`, 'corpus', 'a NUL character'],
  ])('refuses %s', async (_, content, code, message) => {
    const { store, service } = fakeStore();
    const error = await refusal(service.add(fileOf(content)));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(store.corpora()).toEqual([]);
  });

  it('refuses more than 65,536 distinct characters', async () => {
    const all = Array.from({ length: 70_000 }, (_, i) => String.fromCodePoint(0x2_0000 + i)).join('');
    expect((await refusal(fakeStore().service.add(fileOf(all)))).code).toBe('vocabulary');
  });

  it('refuses a file that is not there', async () => {
    expect((await refusal(fakeStore().service.add(join(folder, 'none.txt')))).code).toBe('file');
  });
});
