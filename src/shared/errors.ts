/** Every kind of failure that Folio names. The code travels across processes; people read the message and the hint. */
export type ErrorCode =
  | 'usage'
  | 'config'
  | 'corpus'
  | 'vocabulary'
  | 'prompt'
  | 'not-found'
  | 'busy'
  | 'locked'
  | 'read-only'
  | 'newer-database'
  | 'damaged'
  | 'engine'
  | 'install'
  | 'diverged'
  | 'trainer-died'
  | 'cancelled'
  | 'file'
  | 'internal';

/** What crosses a process border in place of an Error object. */
export interface ErrorMessage {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

/**
 * An error meant for a person: `message` says what happened and names the value, `hint` says the way out.
 * Anything else that is thrown is a defect and is reported with its stack.
 */
export class FolioError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FolioError';
    this.code = code;
    this.hint = hint;
  }
}

/** The plain-object form of any thrown value, to be sent to another process or printed as JSON. */
export function toErrorMessage(error: unknown): ErrorMessage {
  if (error instanceof FolioError) {
    return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** The inverse of {@link toErrorMessage}. */
export function fromErrorMessage(message: ErrorMessage): FolioError {
  return new FolioError(message.code, message.message, message.hint);
}

/** Closes a switch over a discriminated union: a case that was forgotten does not compile. */
export function assertNever(value: never, what: string): never {
  throw new FolioError('internal', `unexpected ${what}: ${JSON.stringify(value)}`);
}
