import { expect } from 'vitest';

/** A part of a string, where an object is compared. */
export function containing(part: string): unknown {
  return expect.stringContaining(part);
}
