/** The side of a thread that asks: answers go to their questions, whatever happens to the thread. */
import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { AnsweringThread } from '../../src/main/store/answering-thread.ts';
import { FolioError } from '../../src/shared/errors.ts';

/** A thread that does what the test says. */
class FakeThread extends EventEmitter {
  readonly heard: unknown[] = [];
  /** Whether the process waits for it. */
  holds = true;
  isEnded = false;

  postMessage(message: unknown): void {
    this.heard.push(message);
  }

  ref(): void {
    this.holds = true;
  }

  unref(): void {
    this.holds = false;
  }

  end(): void {
    this.isEnded = true;
  }

  answer(text: string): void {
    this.emit('message', { type: 'answer', text });
  }
}

let threads: FakeThread[];
let deaths: string[];
let thread: AnsweringThread<string, { type: 'answer'; text: string }, FakeThread>;
const started = (place: number): FakeThread => threads[place] ?? expect.fail(`${threads.length} threads were started`);
const CLOSED = new FolioError('cancelled', 'over');

beforeEach(() => {
  threads = [];
  deaths = [];
  thread = new AnsweringThread({
    start: () => {
      const fake = new FakeThread();
      threads.push(fake);
      return fake;
    },
    end: (fake) => fake.end(),
    death: ({ reason }) => new FolioError('internal', `it ${reason}`),
    died: (error) => void deaths.push(error.message),
  });
});

describe('a thread that answers', () => {
  it('is started by the first message, and holds the process while an answer is waited for', async () => {
    expect(threads).toEqual([]);
    thread.tell('first');
    expect([started(0).heard, started(0).holds, thread.lastAnswer]).toEqual([['first'], false, null]);
    const [one, two] = [thread.ask('one'), thread.ask('two')];
    expect([started(0).holds, threads.length, thread.lastAnswer === two]).toEqual([true, 1, true]);
    started(0).answer('1');
    expect(started(0).holds).toBe(true);
    started(0).emit('message', { type: 'failed', error: { code: 'damaged', message: 'no', hint: 'Go.' } });
    expect(started(0).holds).toBe(false);
    expect(await one).toEqual({ type: 'answer', text: '1' });
    await expect(two).rejects.toEqual(new FolioError('damaged', 'no', 'Go.'));
  });

  it('is told of when it dies, and started anew; what the dead one still says is nobody’s answer', async () => {
    const one = thread.ask('one');
    started(0).emit('error', new Error('broke'));
    await expect(one).rejects.toThrow('it failed: broke');
    const two = thread.ask('two');
    started(0).answer('late');
    started(0).emit('exit', 1);
    started(1).answer('2');
    expect(await two).toMatchObject({ text: '2' });
    started(1).emit('exit', 3);
    expect(deaths).toEqual(['it failed: broke', 'it ended with code 3']);
  });

  it('is over for good once it is closed: who waits or asks is told, and nothing is started', async () => {
    const waiting = thread.ask('one');
    thread.close(CLOSED, () => thread.tell('farewell'));
    await expect(waiting).rejects.toBe(CLOSED);
    await expect(thread.ask('two')).rejects.toBe(CLOSED);
    thread.tell('three');
    started(0).emit('exit', 1);
    thread.close(new FolioError('cancelled', 'again'), () => thread.tell('farewell again'));
    await expect(thread.ask('four')).rejects.toBe(CLOSED);
    expect([started(0).isEnded, threads.length]).toEqual([true, 1]);
    expect([started(0).heard, deaths]).toEqual([['one', 'farewell'], []]);
  });

  it('is not started for its end', async () => {
    thread.close(CLOSED, () => expect.fail('there is nobody to part from'));
    thread.tell('one');
    await expect(thread.ask('two')).rejects.toBe(CLOSED);
    expect(threads).toEqual([]);
  });
});
