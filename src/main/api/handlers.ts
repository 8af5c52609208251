/** What the api's rooms consist of: for each name of the contract one function that calls one service. */
import type {
  FeedName,
  JobName,
  RequestName,
  RequestPayload,
  RequestResult,
  TopicEvent,
  TopicPayload,
  TopicResult,
} from '../../shared/contract/index.ts';

export type RequestHandlers = {
  readonly [Name in RequestName]: (payload: RequestPayload<Name>) => RequestResult<Name> | Promise<RequestResult<Name>>;
};

/** Starts to tell, returns the way to stop. */
export type Feeds = {
  readonly [Name in FeedName]: (payload: TopicPayload<Name>, emit: (event: TopicEvent<Name>) => void) => () => void;
};

/** Ends with its result; the signal is aborted when nobody waits for it any more. */
export type Jobs = {
  readonly [Name in JobName]: (
    payload: TopicPayload<Name>,
    emit: (progress: TopicEvent<Name>) => void,
    signal: AbortSignal,
  ) => Promise<TopicResult<Name>>;
};

export interface Handlers {
  readonly requests: RequestHandlers;
  readonly feeds: Feeds;
  readonly jobs: Jobs;
}
