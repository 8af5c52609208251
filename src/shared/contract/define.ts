/** The words that the contract is written in: a definition holds the payload's schema and, as a type only, what comes back. */
import type { z } from 'zod';
import type { ErrorMessage } from '../errors.ts';

/** `Result` exists for the compiler alone: answers come from our own code and are not parsed again. */
export interface RequestDefinition<Payload extends z.ZodType, Result> {
  readonly payload: Payload;
  readonly result?: Result;
}

/** Something that goes on until the subscriber leaves. */
export interface FeedDefinition<Payload extends z.ZodType, Event> {
  readonly kind: 'feed';
  readonly payload: Payload;
  readonly event?: Event;
}

/** Something that reports progress and ends by itself, with a result or an error. Unsubscribing cancels it. */
export interface JobDefinition<Payload extends z.ZodType, Progress, Result> {
  readonly kind: 'job';
  readonly payload: Payload;
  readonly event?: Progress;
  readonly result?: Result;
}

/** What a subscriber is sent. A feed only ever sends `event`; `failed` ends a feed whose source broke. */
export type Delivery<Event, Result> =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

/** `request<Answer>()(schema)`: the answer's type is written, the payload's is read from its schema. */
export function request<Result>(): <Payload extends z.ZodType>(payload: Payload) => RequestDefinition<Payload, Result> {
  return (payload) => ({ payload });
}

export function feed<Event>(): <Payload extends z.ZodType>(payload: Payload) => FeedDefinition<Payload, Event> {
  return (payload) => ({ kind: 'feed', payload });
}

export function job<Progress, Result>(): <Payload extends z.ZodType>(
  payload: Payload,
) => JobDefinition<Payload, Progress, Result> {
  return (payload) => ({ kind: 'job', payload });
}
