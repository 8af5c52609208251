/** Handlers for every name of the contract that do what a test says, and keep what they were called with. */
import type { Handlers } from '../../src/main/api/handlers.ts';
import { requests, topics } from '../../src/shared/contract/index.ts';
import type { JobName, RequestName, FeedName } from '../../src/shared/contract/index.ts';

type Emit = (event: unknown) => void;
type RequestFake = (payload: unknown) => unknown;
type FeedFake = (payload: unknown, emit: Emit) => () => void;
type JobFake = (payload: unknown, emit: Emit, signal: AbortSignal) => Promise<unknown>;

export interface Call {
  readonly name: string;
  readonly payload: unknown;
}

export class FakeHandlers {
  /** Every call of any handler. */
  readonly calls: Call[] = [];
  /** Names of feeds whose subscriber has left. */
  readonly left: string[] = [];
  /** Signals of the jobs, in the order of their beginning. */
  readonly signals: AbortSignal[] = [];
  readonly #requests = new Map<string, RequestFake>();
  readonly #feeds = new Map<string, FeedFake>();
  readonly #jobs = new Map<string, JobFake>();

  onRequest(name: RequestName, fake: RequestFake): void {
    this.#requests.set(name, fake);
  }

  onFeed(name: FeedName, fake: FeedFake): void {
    this.#feeds.set(name, fake);
  }

  onJob(name: JobName, fake: JobFake): void {
    this.#jobs.set(name, fake);
  }

  /** A request answers with its payload, a feed is silent, a job never ends: unless the test says otherwise. */
  handlers(): Handlers {
    const request = (name: string) => (payload: unknown) => {
      this.calls.push({ name, payload });
      return (this.#requests.get(name) ?? ((given) => given))(payload);
    };
    const feed = (name: string) => (payload: unknown, emit: Emit) => {
      this.calls.push({ name, payload });
      const stop = this.#feeds.get(name)?.(payload, emit);
      return () => {
        this.left.push(name);
        stop?.();
      };
    };
    const job = (name: string) => (payload: unknown, emit: Emit, signal: AbortSignal) => {
      this.calls.push({ name, payload });
      this.signals.push(signal);
      return (this.#jobs.get(name) ?? (() => new Promise(() => undefined)))(payload, emit, signal);
    };
    const feeds = Object.entries(topics).filter(([, { kind }]) => kind === 'feed');
    const jobs = Object.entries(topics).filter(([, { kind }]) => kind === 'job');
    // Made from the contract's own names; what they answer with is the test's affair.
    return {
      requests: Object.fromEntries(Object.keys(requests).map((name) => [name, request(name)])),
      feeds: Object.fromEntries(feeds.map(([name]) => [name, feed(name)])),
      jobs: Object.fromEntries(jobs.map(([name]) => [name, job(name)])),
    } as unknown as Handlers;
  }
}
