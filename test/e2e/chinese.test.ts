/** In Chinese no word of the English catalogue is left on any screen, and the language stays chosen. */
import { beforeAll, describe, expect, it } from 'vitest';
import { zh } from '../../src/renderer/words/zh/index.ts';
import { describeInBrowser, EndToEnd } from './harness/end-to-end.ts';
import type { FolioWindow } from './harness/folio-window.ts';
import { englishPatterns, textsOf } from './harness/leftovers.ts';
import { makeFullRecord } from './harness/made-record.ts';
import { eachPopup, EMPTY_SCREENS, FULL_SCREENS, unfoldAll } from './harness/screens.ts';
import { trainForever } from './harness/training.ts';

const patterns = englishPatterns();

function leftovers(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const pattern = patterns.find(({ pattern }) => pattern.test(text));
    return pattern === undefined ? [] : [`${pattern.path}: ${text}`];
  });
}

describe('what is looked for', () => {
  it('are the texts of the English catalogue', () => {
    expect(patterns.length).toBeGreaterThan(200);
    expect(leftovers(['Nothing leaves this computer.', 'epoch 3 of 12', '第 3 轮，共 12 轮'])).toHaveLength(2);
    expect(leftovers(['TensorFlow 2.21.0, CPU with AVX-512 and bfloat16, 2 threads'])).toHaveLength(1);
  });
});

describeInBrowser('no English is left', () => {
  const all = EndToEnd.use();
  let window: FolioWindow;
  const lookAt = async (): Promise<string[]> => {
    const found = leftovers(await textsOf(window.page));
    await unfoldAll(window);
    found.push(...leftovers(await textsOf(window.page)));
    await eachPopup(window, async () => {
      found.push(...leftovers(await textsOf(window.page)));
    });
    return [...new Set(found)];
  };

  describe('in an empty record, in a browser that speaks Chinese', () => {
    beforeAll(async () => {
      await all.serve(all.folder());
      window = await all.window({ language: 'zh' });
      expect(await window.page.evaluate<string>('document.documentElement.lang')).toBe('zh-CN');
    });
    it.each(EMPTY_SCREENS)('$name', async ({ route }) => {
      await window.go(route);
      expect(await lookAt()).toEqual([]);
    });
  });

  describe('in a full record, while something trains', () => {
    beforeAll(async () => {
      const folder = all.folder();
      makeFullRecord(folder);
      await all.serve(folder);
      window = await all.window({ language: 'zh' });
      await trainForever(window);
      expect(await window.rail.getByRole('link', { name: zh.shell.newRun }).count()).toBe(1);
    });
    it.each(FULL_SCREENS)('$name', async ({ route }) => {
      await window.go(route);
      expect(await lookAt()).toEqual([]);
    });
  });
});
