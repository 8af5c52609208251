import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { BUILTIN_SHA256, createCorpusService } from '../../src/main/services/corpora.ts';
import { addRun } from '../store/support.ts';
import { withMethods } from '../support/records.ts';
import { chinese, fileOf, folder, record, refusal, resources, useCorpora } from './corpora-harness.ts';

useCorpora();

describe('the built-in corpus', () => {
  it('is Shakespeare: 1,115,394 characters, 65 distinct, stored once', async () => {
    const { service, texts, vocabularies } = record();
    const corpus = await service.builtin();
    expect(corpus).toMatchObject({
      id: 1,
      name: 'Shakespeare',
      characters: 1_115_394,
      vocabularySize: 65,
      encoding: 'UTF-8',
      sha256: BUILTIN_SHA256,
    });
    expect(texts()[0] === readFileSync(join(resources, 'corpora/shakespeare.txt'), 'utf8')).toBe(true);
    expect(vocabularies()[0]?.slice(0, 3)).toEqual(['\n', ' ', '!']);
    expect(await service.builtin()).toEqual(corpus);
    expect(service.list()).toEqual([{ ...corpus, runs: 0, builtin: true }]);
  });

  it('is the same corpus when a person adds it as a file', async () => {
    const { service } = record();
    const corpus = await service.builtin();
    expect(await service.add(join(resources, 'corpora/shakespeare.txt'))).toEqual(corpus);
  });

  it('is refused when its file was changed', async () => {
    mkdirSync(join(folder, 'corpora'));
    writeFileSync(join(folder, 'corpora/shakespeare.txt'), 'To be or not to be');
    const { store } = record();
    expect((await refusal(createCorpusService(store, folder).builtin())).code).toBe('damaged');
    expect(store.corpora()).toEqual([]);
  });
});

describe('adding a text', () => {
  it('counts the characters of what was stored', async () => {
    const { service } = record();
    const { id } = await service.add(fileOf('añb\r\nb😀'));
    expect([...(await service.counts(id))]).toEqual([
      ['\n', 1],
      ['a', 1],
      ['b', 2],
      ['ñ', 1],
      ['😀', 1],
    ]);
  });

  it('stores the same text once, whatever its encoding and line ends', async () => {
    const { service, texts } = record();
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
    expect(texts()).toEqual([chinese]);
  });

  it('counts code points and sorts the vocabulary by them', async () => {
    const { service, vocabularies } = record();
    const corpus = await service.add(fileOf('b😀～a😀'.repeat(300_000))); // 3.3 MB: several chunks
    expect(corpus).toMatchObject({ characters: 1_500_000, vocabularySize: 4 });
    expect(vocabularies()[0]).toEqual(['a', 'b', '～', '😀']);
  });

  it('reports its progress in bytes of the file, up to the whole', async () => {
    const { service } = record();
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
    const { store, service } = record();
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
    const { service } = record();
    const path = fileOf('x'.repeat(99) + '\n');
    const corpus = await service.add(path, () => {
      appendFileSync(path, 'later\n');
    });
    expect(corpus.characters).toBe(100);
  });

  it('says how many places could not be decoded', async () => {
    const { service } = record();
    const bytes = Buffer.concat([Buffer.from(chinese), Buffer.of(0xff), Buffer.from(chinese)]);
    expect((await service.add(fileOf(bytes))).encoding).toBe('UTF-8, 1 undecodable place');
    // Written as U+FFFD into a valid file: it is a character like any other.
    expect((await service.add(fileOf(`${chinese}\ufffd\ufffd`))).encoding).toBe('UTF-8');
  });

  it('refuses many of them, naming the encoding and the first place', async () => {
    const { service } = record();
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
    const { store, service } = record();
    const error = await refusal(service.add(fileOf(content)));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(store.corpora()).toEqual([]);
  });

  it('refuses more than 65,536 distinct characters', async () => {
    const all = Array.from({ length: 70_000 }, (_, i) => String.fromCodePoint(0x2_0000 + i)).join('');
    expect((await refusal(record().service.add(fileOf(all)))).code).toBe('vocabulary');
  });

  it('refuses a file that is not there', async () => {
    expect((await refusal(record().service.add(join(folder, 'none.txt')))).code).toBe('file');
  });
});

describe('the texts of a record', () => {
  it('are listed with the runs that use them, renamed, and opened at their beginning', async () => {
    const { store, service } = record();
    const run = addRun(store);
    const { id } = await service.add(fileOf('añ😀b'.repeat(1000)));
    service.rename(id, ' letters ');
    expect(service.list()).toMatchObject([
      { id, name: 'letters', runs: 0, builtin: false },
      { name: 'text', runs: 1 },
    ]);
    expect([service.excerpt(id, 3), service.excerpt(id, 5), service.excerpt(id, 10_000).length]).toEqual([
      'añ😀',
      'añ😀ba',
      5000,
    ]);
    expect(store.run(run).corpus).toBe('text');
    expect(() => service.rename(id, ' ')).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => service.rename(99, 'x')).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(() => service.excerpt(99, 1)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('are not removed while runs use them; else they can be had back, by adding them again too', async () => {
    const { store, service } = record();
    const run = addRun(store, 'reader');
    const id = store.run(run).corpusId ?? 0;
    expect(() => service.remove(id)).toThrow('a run uses the text "text": 1 (reader)');
    store.setRunStatus(run, 'stopped', '');
    store.trash('run', [run]);
    const bytes = service.list()[0]?.storedBytes;
    expect(service.remove(id)).toBe(bytes);
    expect(service.list()).toEqual([]);
    expect(() => store.corpus(id)).toThrow(expect.objectContaining({ code: 'not-found' }));
    store.restore('run', [run]); // it needs its text
    expect(service.list()).toMatchObject([{ id, runs: 1 }]);

    const letters = await service.add(fileOf('letters'));
    service.remove(letters.id);
    service.restore(letters.id);
    service.remove(letters.id);
    expect(await service.add(fileOf('letters'))).toEqual(letters);
  });

  it('always have the built-in one among them', async () => {
    const { store } = record();
    const service = createCorpusService(store, resources);
    const { id } = await service.builtin();
    expect(() => service.remove(id)).toThrow('the text "Shakespeare" comes with Folio and is always there');
    service.rename(id, 'Plays');
    expect(() => service.remove(id)).toThrow('"Plays"');
    expect(service.list()).toMatchObject([{ id, name: 'Plays', builtin: true }]);
  });

  it('are counted once', async () => {
    const { store } = record();
    const { id } = await createCorpusService(store, resources).add(fileOf('abba'));
    let reads = 0;
    const counting = createCorpusService(
      withMethods(store, {
        corpusChunks: (corpus) => {
          reads++;
          return store.corpusChunks(corpus);
        },
      }),
      resources,
    );
    const [first, second] = await Promise.all([counting.counts(id), counting.counts(id)]);
    expect([...first]).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    expect([second, await counting.counts(id)]).toEqual([first, first]);
    expect(reads).toBe(1);
  });
});

describe('counting characters', () => {
  it('ends counting when the record is closed meanwhile, as nothing that went wrong', async () => {
    const { service, store } = record();
    const { id } = await service.add(fileOf('Friends, Romans, countrymen\n'.repeat(100_000)));
    const counting = service.counts(id);
    store.close();
    await expect(counting).rejects.toMatchObject({ name: 'FolioError', code: 'cancelled' });
  });
});
