/** A heading for each kind of failure. What exactly happened stands below it, in the program's own words. */
import type { ErrorCode } from '../../../shared/errors.ts';

export const errors: Record<ErrorCode, string> = {
  usage: 'That does not work this way',
  config: 'A setting does not fit',
  corpus: 'This text cannot be used',
  vocabulary: 'There are characters that the network does not know',
  prompt: 'The prompt cannot be read',
  'not-found': 'Not found',
  busy: 'Folio is busy with that',
  locked: 'Another Folio is using this record',
  'read-only': 'The record can only be read',
  'newer-database': 'The record was written by a newer Folio',
  damaged: 'Something in the record is damaged',
  engine: 'The engine does not work',
  install: 'The engine could not be installed',
  diverged: 'The training has diverged',
  'trainer-died': 'The process that computes ended by itself',
  cancelled: 'Cancelled',
  file: 'A file cannot be read or written',
  internal: 'A defect in Folio',
};
