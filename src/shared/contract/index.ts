/**
 * The contract between a window and the program: two verbs, `request` and `subscribe`, one typed map of what they take and give.
 * Names are `noun:verb`. Both transports (Electron's IPC, a WebSocket on loopback) carry exactly this.
 */
import type { z } from 'zod';
import { app } from './app.ts';
import { corpora, corporaTopics } from './corpora.ts';
import type { Delivery, FeedDefinition, JobDefinition, RequestDefinition } from './define.ts';
import { keeping, keepingTopics } from './keeping.ts';
import { engines, enginesTopics } from './engines.ts';
import { licences } from './licences.ts';
import { packs, packsTopics } from './packs.ts';
import { runs, runsTopics } from './runs.ts';
import { training, trainingTopics } from './training.ts';
import { updates, updatesTopics } from './updates.ts';
import { writing, writingTopics } from './writing.ts';

export const requests = {
  ...app,
  ...corpora,
  ...runs,
  ...training,
  ...writing,
  ...engines,
  ...packs,
  ...updates,
  ...licences,
  ...keeping,
} as const;
export const topics = {
  ...corporaTopics,
  ...runsTopics,
  ...trainingTopics,
  ...writingTopics,
  ...enginesTopics,
  ...updatesTopics,
  ...packsTopics,
  ...keepingTopics,
} as const;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
export type RequestPayload<Name extends RequestName> = z.infer<Requests[Name]['payload']>;
export type RequestResult<Name extends RequestName> =
  Requests[Name] extends RequestDefinition<infer _Payload, infer Result> ? Result : never;

export type Topics = typeof topics;
export type TopicName = keyof Topics;
export type TopicPayload<Name extends TopicName> = z.infer<Topics[Name]['payload']>;
export type TopicEvent<Name extends TopicName> =
  Topics[Name] extends FeedDefinition<infer _Payload, infer Event>
    ? Event
    : Topics[Name] extends JobDefinition<infer _JobPayload, infer Progress, infer _Result>
      ? Progress
      : never;
export type TopicResult<Name extends TopicName> =
  Topics[Name] extends JobDefinition<infer _Payload, infer _Progress, infer Result> ? Result : never;
export type TopicDelivery<Name extends TopicName> = Delivery<TopicEvent<Name>, TopicResult<Name>>;

export type FeedName = { [Name in TopicName]: Topics[Name]['kind'] extends 'feed' ? Name : never }[TopicName];
export type JobName = Exclude<TopicName, FeedName>;

export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requests, name);
}

export function isTopicName(name: string): name is TopicName {
  return Object.hasOwn(topics, name);
}

/** What a window has of the program, whatever carries it. The preload script exposes exactly this as `window.folio`. */
export interface FolioClient {
  /** Rejects with an ErrorMessage in `cause`-free form: see renderer/api.ts, which turns it into a FolioError. */
  request<Name extends RequestName>(name: Name, payload: RequestPayload<Name>): Promise<RequestResult<Name>>;
  /** Returns the way to leave (and, for a job, to cancel). Nothing is delivered after that. */
  subscribe<Name extends TopicName>(
    name: Name,
    payload: TopicPayload<Name>,
    listener: (delivery: TopicDelivery<Name>) => void,
  ): () => void;
}

export type { Delivery } from './define.ts';
