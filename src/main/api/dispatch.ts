/** From a name and a payload that nobody vouches for to a call of a handler: the one border that both transports share. */
import type { z } from 'zod';
import type { Delivery } from '../../shared/contract/define.ts';
import { isRequestName, isTopicName, requests, topics } from '../../shared/contract/index.ts';
import type { JobName } from '../../shared/contract/index.ts';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { Handlers } from './handlers.ts';
import { writesToRecord } from './writes.ts';

export interface Api {
  /** Throws FolioError 'usage' for an unknown name or a payload that does not fit, else what the handler throws. */
  request(name: string, payload: unknown): Promise<unknown>;
  /** Throws as `request` does; afterwards everything, errors too, is delivered. Returns the way to leave. */
  subscribe(name: string, payload: unknown, deliver: (delivery: Delivery<unknown, unknown>) => void): () => void;
}

/**
 * @param report is told of errors that are defects (anything but a FolioError): they are logged, the window sees their message.
 * @param writable what a request that writes waits for, null for nothing. SQLite has one writer at a time and blocks the thread of the
 *   second: while another thread stores a checkpoint, every window would stand still.
 */
export function createApi(
  handlers: Handlers,
  report: (error: unknown) => void,
  writable: () => Promise<void> | null = () => null,
): Api {
  const toMessage = (error: unknown): ReturnType<typeof toErrorMessage> => {
    if (!(error instanceof FolioError)) report(error);
    return toErrorMessage(error);
  };

  return {
    async request(name, payload) {
      if (!isRequestName(name)) throw unknownName('request', name);
      const parsed = parse(name, requests[name].payload, payload);
      const handler = handlers.requests[name] as (payload: unknown) => unknown; // the schema of this very name was applied
      const turn = writesToRecord(name) ? writable() : null;
      if (turn !== null) await turn;
      try {
        return (await handler(parsed)) ?? null;
      } catch (error) {
        if (!(error instanceof FolioError)) report(error);
        throw error;
      }
    },

    subscribe(name, payload, deliver) {
      if (!isTopicName(name)) throw unknownName('topic', name);
      const parsed = parse(name, topics[name].payload, payload);
      let left = false;
      const tell = (delivery: Delivery<unknown, unknown>): void => {
        if (!left) deliver(delivery);
      };
      const emit = (event: unknown): void => tell({ kind: 'event', event });
      if (topics[name].kind === 'feed') {
        const feed = handlers.feeds[name as keyof Handlers['feeds']] as Feed; // as above
        const stop = feed(parsed, emit);
        return () => {
          if (left) return;
          left = true;
          stop();
        };
      }
      const abort = new AbortController();
      const job = handlers.jobs[name as JobName] as Job; // as above
      const end = (delivery: Delivery<unknown, unknown>): void => {
        tell(delivery);
        left = true; // a job that goes on talking is not heard
      };
      void runJob(job, parsed, emit, abort.signal).then(
        (result) => end({ kind: 'done', result: result ?? null }),
        (error: unknown) => end({ kind: 'failed', error: toMessage(error) }),
      );
      return () => {
        left = true;
        abort.abort();
      };
    },
  };
}

type Feed = (payload: unknown, emit: (event: unknown) => void) => () => void;
type Job = (payload: unknown, emit: (event: unknown) => void, signal: AbortSignal) => Promise<unknown>;

/** Asynchronous, so that a job that throws at once fails as one that throws later. */
async function runJob(
  job: Job,
  payload: unknown,
  emit: (event: unknown) => void,
  signal: AbortSignal,
): Promise<unknown> {
  return job(payload, emit, signal);
}

function unknownName(what: string, name: string): FolioError {
  return new FolioError('usage', `there is no ${what} ${JSON.stringify(String(name).slice(0, 80))} in the contract`);
}

function parse(name: string, schema: z.ZodType, payload: unknown): unknown {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'its payload' : issue.path.map(String).join('.');
  throw new FolioError('usage', `${name}: ${place} does not fit: ${issue?.message ?? 'unknown reason'}`);
}
