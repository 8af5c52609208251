/** How a process that owns tensors ended, in words for people. */
import { FolioError } from '../../shared/errors.ts';

export interface TrainerExit {
  /** Null when a signal ended it, or when it never started. */
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to its error output. */
  readonly stderr: string;
}

/** Signals that a process brings upon itself by a defect in native code. */
const CRASHES = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGABRT', 'SIGFPE', 'SIGTRAP', 'SIGSYS']);

const QUOTED_LINES = 6;
const QUOTED_CHARACTERS = 600;

/**
 * Why a process ended that should not have. For an exit that this program caused itself the caller knows better.
 *
 * @param who its subject: "the training process"
 */
export function describeExit(who: string, exit: TrainerExit): string {
  const quoted = exit.stderr.trim().split('\n').slice(-QUOTED_LINES).join('\n').slice(-QUOTED_CHARACTERS).trim();
  return `${who} ${howItEnded(exit)}${quoted === '' ? '' : `; the last that it wrote: ${quoted}`}`;
}

function howItEnded({ code, signal }: TrainerExit): string {
  if (signal === 'SIGKILL') return 'was killed (SIGKILL), perhaps because the system was out of memory';
  if (signal !== null) return CRASHES.has(signal) ? `crashed (${signal})` : `was ended from outside (${signal})`;
  if (code === null) return 'could not be started';
  if (code === 0) return 'ended before its work was done';
  // Windows reports a crash as an NTSTATUS such as 0xC0000005.
  return `ended with exit code ${code > 255 ? `0x${code.toString(16).toUpperCase()}` : code}`;
}

/** Whether it ended by a defect of its own: not by a person, the system's want of memory, or for lack of work. */
export function isCrash({ code, signal }: TrainerExit): boolean {
  return signal === null ? code !== null && code !== 0 : CRASHES.has(signal);
}

export function trainerDied(who: string, exit: TrainerExit, hint?: string): FolioError {
  return new FolioError('trainer-died', describeExit(who, exit), hint);
}
