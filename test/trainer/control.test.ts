import { describe, expect, it } from 'vitest';
import { Control } from '../../src/main/trainer/control.ts';

/** Whether a promise is settled once everything that was due has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await Control.breathe();
  return done;
}

describe('Control', () => {
  it('is neither paused nor stopped at first, and waits for nothing', async () => {
    const control = new Control();
    expect([control.paused, control.stopped]).toEqual([false, false]);
    expect(await settled(control.whilePaused())).toBe(true);
  });

  it.each(['continue', 'stop'] as const)('a pause holds until %s', async (way) => {
    const control = new Control();
    control.pause();
    const waiting = control.whilePaused();
    expect([control.paused, await settled(waiting)]).toEqual([true, false]);
    control[way]();
    expect([control.paused, control.stopped, await settled(waiting)]).toEqual([false, way === 'stop', true]);
  });

  it('a pause right after a continue still holds', async () => {
    const control = new Control();
    control.pause();
    const waiting = control.whilePaused();
    await Control.breathe();
    control.continue();
    control.pause();
    expect(await settled(waiting)).toBe(false);
    control.continue();
    expect(await settled(waiting)).toBe(true);
  });

  it('what is stopped stays stopped', async () => {
    const control = new Control();
    control.stop();
    control.pause();
    control.continue();
    expect([control.paused, control.stopped]).toEqual([false, true]);
    control.pause();
    expect([control.paused, control.stopped, await settled(control.whilePaused())]).toEqual([false, true, true]);
  });

  it('a continue or a stop that nobody waits for is no error', () => {
    const control = new Control();
    control.continue();
    control.stop();
    expect(control.stopped).toBe(true);
  });

  it('breathing lets in what waits', async () => {
    const order: string[] = [];
    setImmediate(() => order.push('message'));
    await Control.breathe();
    order.push('on');
    expect(order).toEqual(['message', 'on']);
  });
});
