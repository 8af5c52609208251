/** What the native operations refuse: code in C++ that believed its inputs would take the process with it. */
import { afterAll, describe, expect, it } from 'vitest';
import { bySequence, bySteps, expectClose, prepare } from '../support/fused-passes.ts';
import { withoutFused } from '../support/networks.ts';
import { openForTest } from '../support/open-engines.ts';

const { ops, reason } = await openForTest('tensorflow');
const fused = ops?.fused ?? null;
const sequences = fused?.sequences ?? null;

if (ops === null || fused === null || sequences === null) {
  describe('the fused operations', () => {
    it('refuse wrong inputs', ({ skip }) => skip(ops === null ? reason : `${ops.device} has none`));
  });
} else {
  const plain = withoutFused(ops);
  afterAll(() => ops.close());

  describe('wrong inputs are errors, not crashes', () => {
    const zeros = (...shape: number[]) => ops.zeros(shape);
    const ids = (...list: number[]) => ops.fromInts(Int32Array.from(list), [list.length]);
    const dense = (V: number, H: number) => ({ kernelT: zeros(V, H), bias: zeros(V, 1) });
    const sequenceSaved = (steps: number, parts: number, H: number, B: number) => zeros(steps * parts, H * B);
    const H = 40;
    const B = 3;

    /** Each would be right but for what it is named after. */
    const wrong: Readonly<Record<string, () => unknown>> = {
      'a GRU step whose product has too few gates': () =>
        fused.gruForward(zeros(2 * H, B), zeros(3 * H, B), zeros(H, B), zeros(H, 1)),
      'a GRU step whose input is of another batch': () =>
        fused.gruForward(zeros(3 * H, B), zeros(3 * H, B + 1), zeros(H, B), zeros(H, 1)),
      'a GRU step whose bias is too long': () =>
        fused.gruForward(zeros(3 * H, B), zeros(3 * H, B), zeros(H, B), zeros(H, B)),
      'a GRU step whose state is a vector': () =>
        fused.gruForward(zeros(3 * H, B), zeros(3 * H, B), zeros(H * B), zeros(H, 1)),
      'a GRU step backward with one state too small': () => {
        const good = zeros(H, B);
        return fused.gruBackward(
          { output: good, direct: good, through: good },
          [good, good, good, good],
          zeros(H, B - 1),
        );
      },
      'an LSTM step whose cell state is too small': () =>
        fused.lstmForward(zeros(4 * H, B), zeros(4 * H, B), zeros(H - 1, B)),
      'an LSTM step backward with too few saved values': () => {
        const good = zeros(H, B);
        return fused.lstmBackward({ output: good, through: good, later: good }, [good, good, good, good], good);
      },
      'an LSTM step backward with a saved value of another size': () => {
        const good = zeros(H, B);
        const saved = [good, good, good, good, zeros(1, 1)];
        return fused.lstmBackward({ output: good, through: good, later: good }, saved, good);
      },
      'a sequence with an id beyond the table': () =>
        sequences.sequence(
          'gru',
          zeros(3 * H, H),
          [zeros(H, B)],
          { values: zeros(3 * H, 5), ids: ids(0, 4, 5) },
          zeros(H, 1),
        ),
      'a sequence with a negative id': () =>
        sequences.sequence(
          'lstm',
          zeros(4 * H, H),
          [zeros(H, B), zeros(H, B)],
          { values: zeros(4 * H, 5), ids: ids(0, -1, 2) },
          null,
        ),
      'a sequence that is not a whole number of steps': () =>
        sequences.sequence('gru', zeros(3 * H, H), [zeros(H, B)], { values: zeros(3 * H, 4), ids: null }, zeros(H, 1)),
      'a sequence of ids that is not a whole number of steps': () =>
        sequences.sequence(
          'gru',
          zeros(3 * H, H),
          [zeros(H, B)],
          { values: zeros(3 * H, 5), ids: ids(0, 1) },
          zeros(H, 1),
        ),
      'a sequence without steps': () =>
        sequences.sequence('gru', zeros(3 * H, H), [zeros(H, B)], { values: zeros(3 * H, 0), ids: null }, zeros(H, 1)),
      'a sequence of an empty batch': () =>
        sequences.sequence('gru', zeros(3 * H, H), [zeros(H, 0)], { values: zeros(3 * H, 3), ids: null }, zeros(H, 1)),
      'a GRU sequence with the kernel of an LSTM': () =>
        sequences.sequence('gru', zeros(4 * H, H), [zeros(H, B)], { values: zeros(3 * H, B), ids: null }, zeros(H, 1)),
      'a GRU sequence with the input of an LSTM': () =>
        sequences.sequence('gru', zeros(3 * H, H), [zeros(H, B)], { values: zeros(4 * H, B), ids: null }, zeros(H, 1)),
      'a GRU sequence with too short a bias': () =>
        sequences.sequence(
          'gru',
          zeros(3 * H, H),
          [zeros(H, B)],
          { values: zeros(3 * H, B), ids: null },
          zeros(H - 1, 1),
        ),
      'an LSTM sequence without its cell state': () =>
        sequences.sequence('lstm', zeros(4 * H, H), [zeros(H, B)], { values: zeros(4 * H, B), ids: null }, null),
      'an LSTM sequence with a cell state of another batch': () =>
        sequences.sequence(
          'lstm',
          zeros(4 * H, H),
          [zeros(H, B), zeros(H, 1)],
          { values: zeros(4 * H, B), ids: null },
          null,
        ),
      'a sequence backward with gradients of fewer steps': () =>
        sequences.sequenceBackward('gru', zeros(3 * H, H), zeros(H, B), {
          hidden: zeros(H, 2 * B),
          saved: sequenceSaved(2, 4, H, B),
        }),
      'a sequence backward with hidden states of fewer steps': () =>
        sequences.sequenceBackward('gru', zeros(3 * H, H), zeros(H, 2 * B), {
          hidden: zeros(H, B),
          saved: sequenceSaved(2, 4, H, B),
        }),
      'an LSTM sequence backward with what a GRU saved': () =>
        sequences.sequenceBackward('lstm', zeros(4 * H, H), zeros(H, 2 * B), {
          hidden: zeros(H, 2 * B),
          saved: sequenceSaved(2, 4, H, B),
        }),
      'a sequence backward with nothing saved': () =>
        sequences.sequenceBackward('gru', zeros(3 * H, H), zeros(H, 0), { hidden: zeros(H, 0), saved: zeros(0, H) }),
      'a kernel to pack that has no whole number of gates': () => sequences.streamPack(zeros(3 * H + 1, H)),
      'a kernel to pack that is a vector': () => sequences.streamPack(zeros(H)),
      'an empty kernel to pack': () => sequences.streamPack(zeros(0, H)),
      'a kernel to pack without columns': () => sequences.streamPack(zeros(H, 0)),
      'a stream step whose streams are columns': () =>
        sequences.streamStep(
          'gru',
          sequences.streamPack(zeros(3 * H, H)),
          zeros(3 * H, 2),
          [zeros(H, 2)],
          zeros(H, 1),
          dense(5, H),
        ),
      'a stream step with a kernel that is not packed': () =>
        sequences.streamStep('gru', zeros(3 * H, H), zeros(1, 3 * H), [zeros(1, H)], zeros(H, 1), dense(5, H)),
      'a stream step of a GRU with the kernel of an LSTM': () =>
        sequences.streamStep(
          'gru',
          sequences.streamPack(zeros(4 * H, H)),
          zeros(1, 3 * H),
          [zeros(1, H)],
          zeros(H, 1),
          dense(5, H),
        ),
      'a stream step with the output layer of another network': () =>
        sequences.streamStep(
          'gru',
          sequences.streamPack(zeros(3 * H, H)),
          zeros(1, 3 * H),
          [zeros(1, H)],
          zeros(H, 1),
          dense(5, H + 1),
        ),
      'a stream step whose output bias is too short': () =>
        sequences.streamStep(
          'gru',
          sequences.streamPack(zeros(3 * H, H)),
          zeros(1, 3 * H),
          [zeros(1, H)],
          zeros(H, 1),
          {
            kernelT: zeros(5, H),
            bias: zeros(4, 1),
          },
        ),
      'a stream step with too short an input': () =>
        sequences.streamStep(
          'lstm',
          sequences.streamPack(zeros(4 * H, H)),
          zeros(1, 3 * H),
          [zeros(1, H), zeros(1, H)],
          null,
          dense(5, H),
        ),
      'a stream step of an LSTM without its cell state': () =>
        sequences.streamStep(
          'lstm',
          sequences.streamPack(zeros(4 * H, H)),
          zeros(1, 4 * H),
          [zeros(1, H)],
          null,
          dense(5, H),
        ),
      'sums of gates with an id beyond the vocabulary': () =>
        sequences.gateSums?.({ recurrent: zeros(3 * H, 6), candidate: zeros(H, 6) }, ids(0, 1, 2, 3, 4, 5), zeros(5)),
      'sums of gates with too few ids': () =>
        sequences.gateSums?.({ recurrent: zeros(4 * H, 6), candidate: null }, ids(0, 1), zeros(5)),
      'sums of gates with a candidate of other steps': () =>
        sequences.gateSums?.({ recurrent: zeros(3 * H, 6), candidate: zeros(H, 5) }, ids(0, 1, 2, 3, 4, 0), zeros(5)),
      'sums of squares with a negative id': () => sequences.squareSums?.([zeros(4, 3)], ids(0, -1, 2), zeros(5)),
      'sums of squares with an id beyond the vocabulary': () =>
        sequences.squareSums?.([zeros(4, 3)], ids(0, 5, 2), zeros(5)),
      'sums of squares with too many ids': () => sequences.squareSums?.([zeros(4, 3)], ids(0, 1, 2, 3), zeros(5)),
      'sums of squares of matrices of two sizes': () =>
        sequences.squareSums?.([zeros(4, 3), zeros(4, 2)], ids(0, 1, 2), zeros(5)),
      'sums of squares of a matrix and a turned one': () =>
        sequences.squareSums?.([zeros(4, 3), zeros(3, 4)], ids(0, 1, 2), zeros(5)),
      'sums of squares with too few ids': () => sequences.squareSums?.([zeros(4, 3)], ids(0, 1), zeros(5)),
      'sums of squares without a vocabulary': () => sequences.squareSums?.([zeros(4, 3)], ids(0, 0, 0), zeros(0)),
      'integers in place of a state': () =>
        fused.gruForward(zeros(3 * H, B), zeros(3 * H, B), ids(...new Array<number>(H * B).fill(0)), zeros(H, 1)),
    };

    it.each(Object.keys(wrong))('%s', (name) => {
      const before = ops.tensorCount();
      expect(() => ops.arena(() => wrong[name]?.())).toThrow();
      expect(ops.tensorCount()).toBe(before);
    });

    it('and the engine goes on after them', async () => {
      const setting = prepare(ops, 'gru', { units: 40, B: 3, T: 2, V: 5, E: 4, layers: 1, dropout: 0 });
      expectClose(await bySequence(ops, sequences, setting), await bySteps(plain, setting));
      setting.close();
    });
  });
}
