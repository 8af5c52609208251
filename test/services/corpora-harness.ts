/** What the tests of texts share: empty records, files with any bytes, and how an addition is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach } from 'vitest';
import { createCorpusService } from '../../src/main/services/corpora.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { Scratch } from '../store/support.ts';

/** Where the texts lie that come with Folio. */
export const resources = fileURLToPath(new URL('../../resources', import.meta.url));
/** Where files are made, until the last test is through. */
export const folder = mkdtempSync(join(tmpdir(), 'folio-corpora-'));
export const scratch = new Scratch();

/** After each test its records are removed, and the files after the last. */
export function useCorpora(): void {
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  afterEach(() => scratch.clean());
}

/** An empty record, with its service and what is stored in it. */
export function record() {
  const store = scratch.open();
  const ids = () => store.corpora().map(({ id }) => id);
  return {
    store,
    service: createCorpusService(store, resources),
    texts: () => ids().map((id) => Buffer.concat([...store.corpusChunks(id)]).toString('utf8')),
    vocabularies: () => ids().map((id) => store.corpus(id).vocabulary),
  };
}

let files = 0;
/** The path of a new file with this content: `text 1.txt`, `text 2.txt`, … */
export function fileOf(bytes: Uint8Array | string): string {
  const path = join(folder, `text ${++files}.txt`);
  writeFileSync(path, bytes);
  return path;
}

/** The FolioError that an action is refused with. */
export async function refusal(action: Promise<unknown>): Promise<FolioError> {
  const error: unknown = await action.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FolioError) return error;
  throw new Error(`not refused with a FolioError: ${String(error)}`);
}

export const chinese =
  '第一回 宴桃园豪杰三结义 斩黄巾英雄首立功\n话说天下大势,分久必合,合久必分。周末七国分争,并入于秦。\n';
