import { describe, expect, it, vi } from 'vitest';
import { fileName } from '../../src/main/desktop/dialogs.ts';
import { menuTemplate } from '../../src/main/desktop/menu.ts';
import { DESKTOP_LANGUAGES, desktopWords, type DesktopWords } from '../../src/main/desktop/words.ts';

vi.mock('electron', async () => (await import('./electron-mock.ts')).electron);

interface Item {
  readonly role?: string;
  readonly label?: string;
  readonly type?: string;
  readonly submenu?: readonly Item[];
}

const items = (mac: boolean, developer = false, words = DESKTOP_LANGUAGES.en): readonly Item[] => {
  const nothing = (): void => undefined;
  const template = menuTemplate({ words, mac, developer, showData: nothing, showLog: nothing }) as readonly Item[];
  return template.flatMap((item) => [item, ...(item.submenu ?? [])]);
};
const roles = (list: readonly Item[]): readonly (string | undefined)[] => list.map(({ role }) => role);

describe('the menu', () => {
  it('has what each system expects', () => {
    const common = [
      'close',
      'quit',
      'undo',
      'redo',
      'cut',
      'copy',
      'paste',
      'selectAll',
      'resetZoom',
      'minimize',
      'about',
    ];
    expect(roles(items(false))).toEqual(expect.arrayContaining([...common, 'togglefullscreen']));
    expect(roles(items(true))).toEqual(expect.arrayContaining([...common, 'services', 'hide', 'unhide', 'front']));
    for (const mac of [true, false]) expect(roles(items(mac)).filter((role) => role === 'quit')).toHaveLength(1);
  });

  it('has developer tools in a checkout only, and reloads nowhere', () => {
    expect(roles(items(false, true))).toContain('toggleDevTools');
    expect(roles(items(false, false))).not.toContain('toggleDevTools');
    expect(roles(items(false, true))).not.toContain('reload');
  });

  it('speaks throughout in the language that it is given', () => {
    for (const mac of [true, false]) {
      for (const { label, type } of items(mac, true, DESKTOP_LANGUAGES.zh)) {
        if (type !== 'separator' && label !== 'Folio') expect(label).toMatch(/\p{Script=Han}/u);
      }
    }
  });
});

describe('the system’s words', () => {
  it('are there in both languages, none empty, all translated', () => {
    const { en, zh } = DESKTOP_LANGUAGES;
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    const texts = (words: DesktopWords): [string, string][] =>
      Object.entries(words).map(([key, word]) => [key, typeof word === 'string' ? word : words.wentWrongDetail('/a')]);
    for (const [key, text] of texts(zh)) expect(text, key).toMatch(/\p{Script=Han}/u);
    for (const [key, text] of texts(en)) expect(text, key).toMatch(/^[A-Z][\x20-\x7e]+$/);
    expect(en.wentWrongDetail('/a/log')).toContain('/a/log');
    expect(zh.wentWrongDetail('/a/log')).toContain('/a/log');
  });

  it('are those that the person chose, else the system’s', () => {
    expect(desktopWords('zh', ['en-GB'])).toBe(DESKTOP_LANGUAGES.zh);
    expect(desktopWords('en', ['zh-CN'])).toBe(DESKTOP_LANGUAGES.en);
    expect(desktopWords('auto', ['zh-Hans-CN', 'en'])).toBe(DESKTOP_LANGUAGES.zh);
    expect(desktopWords('auto', ['de-DE', 'zh-CN'])).toBe(DESKTOP_LANGUAGES.en);
    expect(desktopWords('auto', [])).toBe(DESKTOP_LANGUAGES.en);
  });
});

describe('a suggested file name', () => {
  it('is a name and not a path', () => {
    expect(fileName('quick on Shakespeare.safetensors')).toBe('quick on Shakespeare.safetensors');
    expect(fileName('../../etc/passwd')).toBe('etc passwd');
    expect(fileName('a/b\\c:d*e?f"g<h>i|j\u0000k')).toBe('a b c d e f g h i j k');
    expect(fileName('...')).toBe('folio');
  });
});
