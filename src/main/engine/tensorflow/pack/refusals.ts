/** Why a file of a pack did not come: each names the file and the host that was asked. */
import { FolioError } from '../../../../shared/errors.ts';
import { whyUnreachable } from '../../../../shared/unreachable.ts';
import type { PackFile } from './pinned.ts';

const KEPT = 'What has arrived is kept: the next download goes on from there.';
const PERMISSION = 'The server wants a permission that Folio does not have: look at the address.';
const FOLDER = 'The address must be the folder in which the files of the pack lie by their names.';
const LATER = 'Try again later.';
const NETWORK = 'Look at the network connection and at the address.';

const withKept = (hint: string, arrived: boolean): string => (arrived ? `${hint} ${KEPT}` : hint);
const count = (bytes: number): string => bytes.toLocaleString('en');

/** A download that broke off: what has arrived is good, and it can go on from there. */
export class BrokenOff extends FolioError {
  constructor({ message, hint, cause }: { readonly message: string; readonly hint: string; readonly cause?: unknown }) {
    super('install', message, hint, { cause });
    this.name = 'BrokenOff';
  }
}

/** A server's answer that is no file. @param arrived whether anything of the pack has come so far */
export function refusedStatus(file: PackFile, host: string, status: number, arrived: boolean): FolioError {
  switch (status) {
    case 401:
    case 403:
      return new FolioError(
        'install',
        `${host} does not give ${file.name} out (status ${status}).`,
        withKept(PERMISSION, arrived),
      );
    case 404:
    case 410:
      return new FolioError(
        'install',
        `${host} has no ${file.name} at this address (status ${status}).`,
        withKept(FOLDER, arrived),
      );
    default:
      return new FolioError(
        'install',
        `${host} cannot give ${file.name} out now (status ${status}).`,
        withKept(LATER, arrived),
      );
  }
}

export function refusedRedirect(file: PackFile, host: string, to: string | null): FolioError {
  return new FolioError(
    'install',
    to === null
      ? `${host} sends on from one address to another without end, instead of giving ${file.name} out.`
      : `${host} sends on to ${to} for ${file.name}, which is not an encrypted address.`,
    'Nothing was fetched from there. Look at the address.',
  );
}

export function wrongHash(file: PackFile, from: string, sha256: string): FolioError {
  return new FolioError(
    'install',
    `${file.name} from ${from} is not the file that Folio was tested with: SHA-256 ${sha256} instead of ${file.sha256}.`,
    'It was deleted, and nothing of it was used. Try again, or another address.',
  );
}

export function tooLong(file: PackFile, host: string, bytes: number | null): FolioError {
  return new FolioError(
    'install',
    bytes === null
      ? `${file.name} from ${host} is longer than the ${count(file.bytes)} bytes that it must have.`
      : `${file.name} from ${host} has ${count(bytes)} bytes instead of ${count(file.bytes)}.`,
    'It was deleted, and nothing of it was used. Try another address.',
  );
}

export function cutShort(file: PackFile, host: string, bytes: number, arrived: boolean, cause?: unknown): BrokenOff {
  return new BrokenOff({
    message: `${file.name} from ${host} broke off after ${count(bytes)} of ${count(file.bytes)} bytes.`,
    hint: arrived ? KEPT : LATER,
    cause,
  });
}

export function stalled(file: PackFile, host: string, seconds: number, arrived: boolean): BrokenOff {
  return new BrokenOff({
    message: `${host} has sent nothing of ${file.name} for ${seconds} s.`,
    hint: withKept(NETWORK, arrived),
  });
}

export function unreachable(file: PackFile, host: string, cause: unknown, arrived: boolean): FolioError {
  const message = `${host} cannot be reached for ${file.name}: ${whyUnreachable(cause)}.`;
  return new FolioError('install', message, withKept(NETWORK, arrived), { cause });
}
