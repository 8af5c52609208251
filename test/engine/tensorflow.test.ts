import { describe, expect, it } from 'vitest';
import { openTensorFlow } from '../../src/main/engine/tensorflow/ops.ts';
import { toErrorMessage } from '../../src/shared/errors.ts';
import { describeTensorOps } from './tensor-ops.suite.ts';

/** Set to 1 where TensorFlow is installed for the tests: then it must open, and a skip is a failure. */
const required = process.env['FOLIO_TEST_TENSORFLOW'] === '1';

const opened = await Promise.resolve()
  .then(openTensorFlow)
  .then(
    (ops) => ({ ops, reason: '' }),
    (error: unknown) => ({ ops: null, reason: toErrorMessage(error).message }),
  );

if (opened.ops !== null) {
  const { ops } = opened;
  describeTensorOps('tensorflow', () => Promise.resolve(ops));
} else if (required) {
  it('opens, as FOLIO_TEST_TENSORFLOW=1 asks', () => expect.fail(opened.reason));
} else {
  console.warn(`The TensorFlow engine is not covered: ${opened.reason}`);
  describe('tensorflow', () => {
    it(`does what every engine must do (not covered: ${opened.reason})`, ({ skip }) => skip(opened.reason));
  });
}
