import { describe, expect, it } from 'vitest';
import { openForTest } from '../support/open-engines.ts';
import { describeTensorOps } from './tensor-ops.suite.ts';

/** Set to 1 where TensorFlow is installed for the tests: then it must open, and a skip is a failure. */
const required = process.env['FOLIO_TEST_TENSORFLOW'] === '1';

const { ops, reason } = await openForTest('tensorflow');

if (ops !== null) {
  describeTensorOps('tensorflow', ops);
} else if (required) {
  it('opens, as FOLIO_TEST_TENSORFLOW=1 asks', () => expect.fail(reason));
} else {
  console.warn(`The TensorFlow engine is not covered: ${reason}`);
  describe('tensorflow', () => {
    it(`does what every engine must do (not covered: ${reason})`, ({ skip }) => skip(reason));
  });
}
