/** The bridge: what the page gets of Electron, and that it is all. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { FolioBridge } from '../../src/shared/contract/bridge.ts';

const electron = vi.hoisted(() => {
  const exposed: [string, unknown][] = [];
  const sent: unknown[][] = [];
  const answers: { next?: unknown } = {};
  const listeners = new Map<string, (...args: unknown[]) => void>();
  return {
    exposed,
    sent,
    listeners,
    answers,
    contextBridge: { exposeInMainWorld: (name: string, value: unknown) => void exposed.push([name, value]) },
    ipcRenderer: {
      send: (...args: unknown[]) => void sent.push(args),
      on: (channel: string, listener: (...args: unknown[]) => void) => void listeners.set(channel, listener),
      invoke: (...args: unknown[]) => {
        sent.push(args);
        return Promise.resolve(answers.next);
      },
    },
    webUtils: { getPathForFile: ({ name }: { name: string }) => `/chosen/${name}` },
  };
});
vi.mock('electron', () => electron);

let bridge: FolioBridge;
beforeAll(async () => {
  await import('../../src/preload/preload.ts');
  bridge = electron.exposed[0]?.[1] as FolioBridge; // what the script itself handed over
});

describe('window.folio', () => {
  it('is three functions, and the only thing that is exposed', () => {
    expect(electron.exposed.map(([name]) => name)).toEqual(['folio']);
    expect(Object.keys(bridge).sort()).toEqual(['adopt', 'onMessage', 'post']);
    for (const part of Object.values(bridge)) expect(part).toBeTypeOf('function');
  });

  it('begins each page anew, then carries messages, and of Electron’s events nothing', () => {
    expect(electron.sent[0]).toEqual(['folio:hello']);
    const message = { type: 'unsubscribe', id: 1 } as const;
    bridge.post(message);
    expect(electron.sent.at(-1)).toEqual(['folio:up', message]);
    const heard: unknown[][] = [];
    bridge.onMessage((...args) => heard.push(args));
    electron.listeners.get('folio:down')?.({ sender: 'Electron’s own' }, { type: 'answer', id: 1, result: null });
    expect(heard).toEqual([[{ type: 'answer', id: 1, result: null }]]);
  });

  it('gives a handle for a dropped file, never its path', async () => {
    const file = { handle: 'h'.repeat(36), name: 'a.txt', bytes: 3 };
    electron.answers.next = { file };
    expect(await bridge.adopt(new File(['abc'], 'a.txt'))).toEqual(file);
    expect(electron.sent.at(-1)).toEqual(['folio:adopt', '/chosen/a.txt']);
  });

  it('says in words why a file is not taken', async () => {
    electron.answers.next = { error: { code: 'file', message: 'a.txt cannot be read', hint: 'Choose it again.' } };
    await expect(bridge.adopt(new File([], 'a.txt'))).rejects.toThrow('a.txt cannot be read. Choose it again.');
  });
});
