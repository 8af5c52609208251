/** Why a server could not be asked, from what `fetch` rejects with. */
import { toErrorMessage } from './errors.ts';

const NOT_TRUSTED = 'its certificate is from nobody that this computer trusts';
const BROKE_OFF = 'the connection broke off';
const NO_WAY = 'there is no way to it from this computer';
const TOO_SLOW = 'it did not answer in time';

const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNREFUSED: 'nothing answers there',
  ECONNRESET: BROKE_OFF,
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ENOTFOUND: 'there is no computer of that name',
  EPIPE: BROKE_OFF,
  EPROTO: 'it does not speak https there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak https there',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak https there',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ETIMEDOUT: TOO_SLOW,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  UND_ERR_CONNECT_TIMEOUT: TOO_SLOW,
  UND_ERR_SOCKET: BROKE_OFF,
};

/** In words; what is not known by them, by its code or as it was said. fetch says "fetch failed" of everything: its cause knows more. */
export function whyUnreachable(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!(cause instanceof Error)) return toErrorMessage(cause).message;
  if (cause.message === 'bad port') return 'web addresses do not use this port';
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return REASONS[code] ?? (code === '' ? toErrorMessage(cause).message : code);
}
