import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createUpdateService } from '../../../src/main/services/updates/updates.ts';
import type { UpdateOptions, UpdateService } from '../../../src/main/services/updates/updates.ts';
import { FETCH_LIMITS } from '../../../src/main/services/updates/latest.ts';
import type { UpdateState } from '../../../src/shared/contract/updates.ts';
import { LATEST, ReleaseServer } from './release-server.ts';

const DAY_MS = 86_400_000;
const FIRST_MS = 60_000;

let server: ReleaseServer;
let stored: Map<string, string>;
let services: UpdateService[];
let logged: string[];
let now: number;

beforeEach(async () => {
  server = await ReleaseServer.start();
  stored = new Map();
  services = [];
  logged = [];
  now = 1e12;
});
afterEach(async () => {
  vi.useRealTimers();
  for (const service of services) service.close();
  await server.close();
});

function service(options: Partial<UpdateOptions> = {}): UpdateService {
  const made = createUpdateService({
    store: {
      setting: (key) => stored.get(key) ?? null,
      setSetting: (key, value) => void stored.set(key, value),
      writable: () => null,
      readOnly: false,
    },
    version: '1.2.0',
    log: (line) => logged.push(line),
    now: () => now,
    ...options,
  });
  services.push(made);
  return made;
}

/** The next state that is not one of a check under way. */
function settled(updates: UpdateService): Promise<UpdateState> {
  return new Promise((resolve) => {
    const leave = updates.subscribe((state) => {
      if (state.checking) return;
      leave();
      resolve(state);
    });
  });
}

describe('looking for updates', () => {
  it('is off, has no address, and asks nobody, whoever tries', async () => {
    vi.useFakeTimers();
    const updates = service();
    updates.start();
    expect(updates.state()).toEqual({
      on: false,
      address: '',
      checking: false,
      checkedAt: null,
      outcome: null,
      found: null,
      announce: false,
    });
    expect(vi.getTimerCount()).toBe(0);
    await expect(updates.check()).rejects.toMatchObject({
      code: 'usage',
      message: 'looking for updates is turned off',
    });
    expect(() => updates.set({ on: true })).toThrow('there is no address to ask for updates');
    expect(() => updates.page()).toThrow('no newer Folio is known of');
    updates.set({ address: server.address });
    expect(vi.getTimerCount()).toBe(0);
    expect(server.requests).toEqual([]);
  });

  it('refuses addresses that are not safe, and keeps what was', () => {
    const updates = service();
    updates.set({ address: 'https://folio.example/latest.json', on: true });
    expect(() => updates.set({ address: 'http://folio.example/latest.json' })).toThrow(/is not https/);
    expect(updates.state()).toMatchObject({ on: true, address: 'https://folio.example/latest.json' });
    expect(updates.set({ address: ' ' })).toMatchObject({ on: false, address: '' });
  });

  it.each([
    ['1.3.0', 'newer', true],
    ['1.2.0', 'same', false],
    ['1.2.0+build.7', 'same', false],
    ['1.1.9', 'older', false],
    ['2.0.0-beta.1', 'preview', false],
    ['1.2.0-rc.1', 'older', false],
  ])('finds %s %s', async (version, kind, isFound) => {
    server.says({ ...LATEST, version });
    const updates = service();
    updates.set({ address: server.address, on: true });
    const state = await updates.check();
    expect(state).toMatchObject({ checkedAt: now, checking: false, outcome: { kind } });
    expect(state.found?.version).toBe(isFound ? version : undefined);
    // Whoever asks is told where it was asked.
    expect(state.announce).toBe(false);
    if (isFound) expect(updates.page()).toBe(LATEST.page);
    else expect(() => updates.page()).toThrow('no newer Folio');
  });

  it('tells one who has a preliminary version of the next', async () => {
    server.says({ ...LATEST, version: '2.0.0-beta.2' });
    const updates = service({ version: '2.0.0-beta.1' });
    updates.set({ address: server.address, on: true });
    expect((await updates.check()).outcome).toEqual({ kind: 'newer', version: '2.0.0-beta.2' });
  });

  it('remembers from one start to the next, until it has become that version', async () => {
    const first = service();
    first.set({ address: server.address, on: true });
    const state = await first.check();
    expect(service().state()).toEqual(state);
    expect(service({ version: '1.3.0' }).state()).toMatchObject({ on: true, found: null, announce: false });
  });

  it('tells what went wrong and when, and still knows what it had found', async () => {
    const updates = service();
    updates.set({ address: server.address, on: true });
    await updates.check();
    now += 5;
    server.answer = (_request, response) => response.writeHead(404).end();
    const state = await updates.check();
    expect(state).toMatchObject({ checkedAt: now, outcome: { kind: 'failed' }, found: { version: '1.3.0' } });
    expect(service().state()).toEqual(state);
    // Another source knows nothing of it.
    expect(updates.set({ address: `${server.origin}/other.json` })).toMatchObject({
      checkedAt: null,
      outcome: null,
      found: null,
    });
    expect(logged).toEqual([]);
  });

  it('asks once for all who ask at once', async () => {
    const updates = service();
    updates.set({ address: server.address, on: true });
    await Promise.all([updates.check(), updates.check()]);
    expect(server.requests).toHaveLength(1);
  });

  it('keeps nothing of an answer that comes when it is no longer wanted', async () => {
    const updates = service();
    updates.set({ address: server.address, on: true });
    server.answer = (_request, response) => {
      updates.set({ on: false });
      response.end(JSON.stringify(LATEST));
    };
    expect(await updates.check()).toMatchObject({ on: false, checkedAt: null, found: null, checking: false });
    updates.set({ on: true });
    server.answer = () => updates.close();
    await updates.check();
    expect(updates.state()).toMatchObject({ checkedAt: null, outcome: null });
  });

  it('is off where what is stored cannot be used, and the log says so', () => {
    for (const text of ['{', '[]', '{"on":true}', '{"on":true,"address":1}']) {
      stored.set('updates', text);
      expect(service().state()).toMatchObject({ on: false, address: '' });
    }
    expect(logged).toHaveLength(4);
    expect(logged[0]).toContain('looking for updates is off');
  });
});

describe('by itself', () => {
  // Timers are the test's; the network is not.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));

  it('asks a minute after the start, then once a day, and says so once', async () => {
    const updates = service();
    updates.set({ address: server.address, on: true });
    expect(vi.getTimerCount()).toBe(0);
    updates.start();
    updates.start();
    vi.advanceTimersByTime(FIRST_MS - 1);
    expect(updates.state().checking).toBe(false);
    let state = settled(updates);
    vi.advanceTimersByTime(1);
    expect(await state).toMatchObject({ checkedAt: now, announce: true, found: { version: '1.3.0' } });
    updates.told('1.3.0');
    expect(updates.state()).toMatchObject({ announce: false, found: { version: '1.3.0' } });

    vi.advanceTimersByTime(DAY_MS - 1);
    expect(server.requests).toHaveLength(1);
    state = settled(updates);
    now += DAY_MS;
    vi.advanceTimersByTime(1);
    expect(await state).toMatchObject({ checkedAt: now, announce: false });
    expect(server.requests).toHaveLength(2);
    // A still newer one is news again.
    server.says({ ...LATEST, version: '1.4.0' });
    state = settled(updates);
    vi.advanceTimersByTime(DAY_MS);
    expect(await state).toMatchObject({ announce: true, found: { version: '1.4.0' } });
  });

  it('does not ask anew at each start, and a failed check waits its day', async () => {
    server.answer = (_request, response) => response.writeHead(500).end();
    const updates = service();
    updates.set({ address: server.address, on: true });
    await updates.check();
    updates.close();
    now += DAY_MS / 2;
    const again = service();
    again.start();
    vi.advanceTimersByTime(DAY_MS / 2 - 1);
    expect(again.state().checking).toBe(false);
    const state = settled(again);
    vi.advanceTimersByTime(1);
    expect(await state).toMatchObject({ outcome: { kind: 'failed' }, announce: false });
    expect(logged).toEqual([]);
  });

  it('stops when it is turned off, and when the program ends; a record that is only read has none of it', () => {
    const updates = service();
    updates.set({ address: server.address, on: true });
    updates.start();
    expect(vi.getTimerCount()).toBe(1);
    updates.set({ on: false });
    expect(vi.getTimerCount()).toBe(0);
    updates.set({ on: true });
    updates.close();
    expect(vi.getTimerCount()).toBe(0);
    const reader = service({
      store: {
        setting: (key) => stored.get(key) ?? null,
        setSetting: () => undefined,
        writable: () => null,
        readOnly: true,
      },
    });
    reader.start();
    expect(vi.getTimerCount()).toBe(0);
    expect(server.requests).toEqual([]);
  });
});

it('has bounds', () => {
  expect(FETCH_LIMITS).toEqual({ timeoutMs: 15_000, maxBytes: 65_536, maxRedirects: 3 });
});
