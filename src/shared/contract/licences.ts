/** The licences of everything that came with the program. */
import { request } from './define.ts';
import { none } from './fields.ts';

export const licences = {
  /** Whether this copy carries them: a package does, a checkout only once they were collected. */
  'licences:there': request<boolean>()(none),
  /** All of them, as one text of some hundred thousand characters; null where there are none. */
  'licences:read': request<string | null>()(none),
} as const;
