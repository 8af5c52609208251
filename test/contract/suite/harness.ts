/** What the parts of the contract's suite share: handlers that note their calls, a program that serves them, and its first window. */
import { afterEach, beforeEach, expect } from 'vitest';
import { createApi } from '../../../src/main/api/dispatch.ts';
import { FakeHandlers } from '../fake-handlers.ts';
import { loose, type Program, type Transport, type Window } from '../transport.ts';

/** Set anew before each test by `useProgram`. */
export let fake: FakeHandlers;
/** What the program reported as a defect. */
export let defects: unknown[];
export let program: Program;
export let page: Window;

/** Each test gets a program over this transport, and a window of it. */
export function useProgram(transport: Transport): void {
  beforeEach(async () => {
    fake = new FakeHandlers();
    defects = [];
    program = await transport.start(createApi(fake.handlers(), (error) => defects.push(error)));
    page = await program.open();
  });

  afterEach(async () => {
    await program.stop();
  });
}

/** Everything that was sent before this has been handled when it resolves. */
export const settled = (): Promise<unknown> => loose(page.client).request('app:info', {});

export const usage = (message: RegExp | string): unknown =>
  expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) as string });

export const failed = (error: unknown): unknown => ({ kind: 'failed', error });
