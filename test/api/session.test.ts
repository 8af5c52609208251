import { describe, expect, it, vi } from 'vitest';
import { createApi } from '../../src/main/api/dispatch.ts';
import { Session } from '../../src/main/api/session.ts';
import type { ServerMessage } from '../../src/shared/contract/wire.ts';
import { FakeHandlers } from '../contract/fake-handlers.ts';

function sessionOf(fake: FakeHandlers): { session: Session; sent: ServerMessage[] } {
  const sent: ServerMessage[] = [];
  const api = createApi(fake.handlers(), (error) => expect.unreachable(String(error)));
  return { session: new Session(api, (message) => sent.push(message)), sent };
}

const subscribe = (id: number, name: string): unknown => ({ type: 'subscribe', id, name, payload: {} });

describe('a session', () => {
  it('answers under the number of the request', async () => {
    const { session, sent } = sessionOf(new FakeHandlers());
    session.receive({ type: 'request', id: 12, name: 'app:info', payload: {} });
    await vi.waitFor(() => expect(sent).toEqual([{ type: 'answer', id: 12, result: {} }]));
  });

  it('throws for what is no message, and does nothing', () => {
    const fake = new FakeHandlers();
    const { session, sent } = sessionOf(fake);
    for (const data of [undefined, null, '', [], { type: 'request' }, { type: 'answer', id: 1, result: 1 }]) {
      expect(() => session.receive(data)).toThrow('not of the contract');
    }
    expect([fake.calls, sent]).toEqual([[], []]);
  });

  it('has room again when a job has ended', async () => {
    const fake = new FakeHandlers();
    fake.onJob('engines:probe', async () => []);
    const { session, sent } = sessionOf(fake);
    for (let id = 1; id <= 200; id++) session.receive(subscribe(id, 'engines:probe'));
    await vi.waitFor(() => expect(sent).toHaveLength(200));
    session.receive(subscribe(201, 'runs:changed'));
    expect(sent).toHaveLength(200);
    expect(fake.calls.at(-1)?.name).toBe('runs:changed');
  });

  it('that is closed says nothing more, also of what was asked before', async () => {
    const fake = new FakeHandlers();
    let answer = (_result: unknown): void => undefined;
    fake.onRequest('app:info', () => new Promise((resolve) => (answer = resolve)));
    const { session, sent } = sessionOf(fake);
    session.receive({ type: 'request', id: 1, name: 'app:info', payload: {} });
    session.receive(subscribe(2, 'runs:changed'));
    session.close();
    session.close();
    answer('late');
    await new Promise(setImmediate);
    expect(sent).toEqual([]);
    expect(fake.left).toEqual(['runs:changed']);
  });

  it('that is closed begins nothing more', async () => {
    const fake = new FakeHandlers();
    const { session } = sessionOf(fake);
    session.close();
    session.receive({ type: 'request', id: 1, name: 'training:stop', payload: { id: 1 } });
    session.receive(subscribe(2, 'engines:probe'));
    await new Promise(setImmediate);
    expect(fake.calls).toEqual([]);
  });
});
