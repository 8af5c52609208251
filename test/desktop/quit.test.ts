import { describe, expect, it, vi } from 'vitest';
import { createQuitting } from '../../src/main/desktop/quit.ts';
import type { ActiveTraining } from '../../src/main/services/types.ts';

/** A program that trains or not, a person who answers when the test lets them, and the order of what happens. */
function program(trains: boolean) {
  const events: string[] = [];
  const answer = Promise.withResolvers<boolean>();
  const saved = Promise.withResolvers<void>();
  let active = trains;
  const quitting = createQuitting({
    training: () => ({
      active: () => (active ? ({} as ActiveTraining) : null), // only whether there is one is looked at
      shutDown: async () => {
        events.push('saves');
        await saved.promise;
        active = false;
      },
    }),
    ask: () => {
      events.push('asks');
      return answer.promise;
    },
    // As Electron does: it asks once more whether it may.
    quit: () => events.push(quitting.mayQuit() ? 'ends' : 'is kept from ending'),
    failed: (error) => events.push(`failed: ${String(error)}`),
  });
  return { quitting, events, answer, saved };
}

describe('quitting', () => {
  it('is immediate when nothing is trained', () => {
    const { quitting, events } = program(false);
    expect(quitting.mayQuit()).toBe(true);
    expect(events).toEqual([]);
  });

  it('asks, saves, then ends', async () => {
    const { quitting, events, answer, saved } = program(true);
    expect(quitting.mayQuit()).toBe(false);
    expect(quitting.mayQuit(), 'a second wish asks nothing more').toBe(false);
    answer.resolve(true);
    await vi.waitFor(() => expect(events).toEqual(['asks', 'saves']));
    expect(quitting.mayQuit(), 'not before it is saved').toBe(false);
    saved.resolve();
    await vi.waitFor(() => expect(events).toEqual(['asks', 'saves', 'ends']));
  });

  it('goes on training when the person wants that, and asks again the next time', async () => {
    const { quitting, events, answer } = program(true);
    quitting.mayQuit();
    answer.resolve(false);
    await vi.waitFor(() => {
      quitting.mayQuit();
      expect(events).toEqual(['asks', 'asks']);
    });
  });

  it('saves without a question for a signal, even while the question stands there', async () => {
    const { quitting, events, answer, saved } = program(true);
    quitting.mayQuit();
    quitting.quitNow();
    quitting.quitNow();
    saved.resolve();
    await vi.waitFor(() => expect(events).toEqual(['asks', 'saves', 'ends']));
    answer.resolve(false);
    await Promise.resolve();
    expect(quitting.mayQuit(), 'an answer that comes too late changes nothing').toBe(true);
  });

  it('ends even when saving fails', async () => {
    const { quitting, events, answer, saved } = program(true);
    quitting.mayQuit();
    answer.resolve(true);
    saved.reject(new Error('the disk is full'));
    await vi.waitFor(() => expect(events).toEqual(['asks', 'saves', 'failed: Error: the disk is full', 'ends']));
  });

  it('keeps training when the question cannot be asked', async () => {
    const { quitting, events, answer } = program(true);
    quitting.mayQuit();
    answer.reject(new Error('no display'));
    await vi.waitFor(() => expect(events).toEqual(['asks', 'failed: Error: no display']));
  });
});
