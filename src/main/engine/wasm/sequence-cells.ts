/** FusedSequences on the engine's kernels. What comes in is checked first: kernels believe the sizes that they are told. */
import { FolioError } from '../../../shared/errors.ts';
import type { FusedSequences } from '../tensor-ops.ts';
import { type CellContext, shaped, wrong } from './cell-context.ts';
import { GATES } from './cell-routines.ts';
import { asFloats, asIntegers, type Handle } from './handles.ts';
import type { SharedMemory } from './kernels.ts';
import { COLUMNS } from './product-routines.ts';
import { backwardNumbers, backwardTask, forwardNumbers, forwardTask, sequencePlaces } from './sequence-tasks.ts';
import { streamCells } from './stream-cells.ts';

/** The fused operations of an engine over whole layers. */
export function fusedSequences(context: CellContext): FusedSequences {
  return {
    level: 0,
    hasLow: false,
    maxStreams: 1,
    gateSums: null,
    squareSums: null,
    streamInput: null,
    ...streamCells(context),
    sequence: (...inputs) => forward(context, ...inputs),
    sequenceBackward: (...inputs) => backward(context, ...inputs),
  };
}

function forward(
  { memory, crew, create, within }: CellContext,
  ...[cell, kernel, state, input, bias]: Parameters<FusedSequences['sequence']>
): ReturnType<FusedSequences['sequence']> {
  const [h, c] = state;
  if (h === undefined) throw new FolioError('internal', 'a sequence lacks its state');
  const [units = 0, sequences = 0] = h.shape;
  const wide = GATES[cell] * units;
  const values = asFloats(input.values);
  const ids = input.ids === null ? null : asIntegers(input.ids);
  const columns = ids?.size ?? values.shape[1] ?? 0; // TB
  const steps = columns / sequences;
  if (!Number.isInteger(steps) || steps < 1 || units < 1) throw wrong(`${columns} columns for ${sequences} sequences`);
  const width = values.shape[1] ?? 0; // of an input's row
  const handles = {
    kernel: shaped(kernel, [wide, units]),
    values: shaped(values, [wide, width]),
    h: shaped(h, [units, sequences]),
    last: cell === 'gru' ? shaped(bias, [units, 1]) : shaped(c, [units, sequences]),
  };
  const sizes = { cell, steps, units, sequences };
  const places = sequencePlaces(sizes);
  const [outputs, hidden] = [create([units, columns]), create([units, columns])];
  const saved = create([steps, places.saved / 4 / steps]);
  const wanted = [places.kernel, places.scratch * crew.threads, places.state, places.state, places.state];
  return within([...wanted, ids === null ? 0 : places.offsets], ([at = 0, scratch = 0, cells = 0, ...more]) => {
    const [state0 = 0, state1 = 0, offsets = 0] = more;
    intoPanels(memory, state0, handles.h);
    if (cell === 'lstm') intoPanels(memory, cells, handles.last);
    if (ids !== null) placeOffsets(memory, offsets, ids, sequences, width);
    const numbers = forwardNumbers({
      ...{ cell: cell === 'gru' ? 0 : 1, steps, units, sequences, scratch, cells, state0, state1 },
      weights: handles.kernel.address,
      kernel: at,
      input: values.address,
      inputRow: width * 4,
      offsets: ids === null ? 0 : offsets,
      bias: cell === 'gru' ? handles.last.address : 0,
      saved: saved.address,
      outputs: outputs.address,
      hidden: hidden.address,
    });
    crew.run(forwardTask, numbers, 2 * wide * units * columns);
    const finals = [fromPanels(memory, steps % 2 === 0 ? state0 : state1, create([units, sequences]))];
    if (cell === 'lstm') finals.push(fromPanels(memory, cells, create([units, sequences])));
    return { outputs, hidden, saved, state: finals };
  });
}

function backward(
  { crew, create, within }: CellContext,
  ...[cell, kernel, gradients, { hidden, saved }]: Parameters<FusedSequences['sequenceBackward']>
): ReturnType<FusedSequences['sequenceBackward']> {
  const [units = 0, columns = 0] = hidden.shape;
  const [steps = 0] = saved.shape;
  const sequences = columns / steps;
  const wide = GATES[cell] * units;
  if (!Number.isInteger(sequences) || units < 1 || columns < 1) throw wrong(`${columns} columns for ${steps} steps`);
  const places = sequencePlaces({ cell, steps, units, sequences });
  const handles = {
    kernel: shaped(kernel, [wide, units]),
    gradients: shaped(gradients, [units, columns]),
    hidden: shaped(hidden, [units, columns]),
    saved: shaped(saved, [steps, places.saved / 4 / steps]),
  };
  const recurrent = create([wide, columns]);
  const candidate = cell === 'gru' ? create([units, columns]) : null;
  const wanted = [places.kernel, places.scratch * crew.threads, places.state, places.gates, places.gates];
  return within(wanted, ([at = 0, scratch = 0, direct = 0, gates0 = 0, gates1 = 0]) => {
    const numbers = backwardNumbers({
      ...{ cell: cell === 'gru' ? 0 : 1, steps, units, sequences, scratch, direct, gates0, gates1 },
      weights: handles.kernel.address,
      kernel: at,
      gradients: handles.gradients.address,
      hidden: handles.hidden.address,
      saved: handles.saved.address,
      recurrent: recurrent.address,
      candidate: candidate?.address ?? 0,
    });
    crew.run(backwardTask, numbers, 2 * wide * units * columns);
    return { recurrent, candidate };
  });
}

/** [H, B] into panels [panel][H][COLUMNS], filled up with zeros. */
function intoPanels({ buffer }: SharedMemory, place: number, { address, shape, size }: Handle): void {
  const [units = 0, sequences = 0] = shape;
  const from = new Float32Array(buffer, address, size);
  const panels = Math.ceil(sequences / COLUMNS);
  const to = new Float32Array(buffer, place, panels * units * COLUMNS).fill(0);
  forEachRow(units, sequences, (row, panel, start, end) => to.set(from.subarray(start, end), panel + row * COLUMNS));
}

function fromPanels({ buffer }: SharedMemory, place: number, out: Handle): Handle {
  const [units = 0, sequences = 0] = out.shape;
  const from = new Float32Array(buffer, place, Math.ceil(sequences / COLUMNS) * units * COLUMNS);
  const to = new Float32Array(buffer, out.address, out.size);
  forEachRow(units, sequences, (row, panel, start, end) => {
    const at = panel + row * COLUMNS;
    to.set(from.subarray(at, at + end - start), start);
  });
  return out;
}

/** For every unit's part of every panel: the unit, where the panel starts, and the part's place in [H, B]. */
function forEachRow(
  units: number,
  sequences: number,
  visit: (row: number, panel: number, start: number, end: number) => void,
): void {
  for (let column = 0; column < sequences; column += COLUMNS) {
    for (let row = 0; row < units; row++) {
      const end = row * sequences + Math.min(sequences, column + COLUMNS);
      visit(row, column * units, row * sequences + column, end);
    }
  }
}

/** Where each character stands in a table's row of `width`: int32 [T][panels][COLUMNS], in bytes. */
function placeOffsets({ buffer }: SharedMemory, place: number, ids: Handle, sequences: number, width: number): void {
  const from = new Int32Array(buffer, ids.address, ids.size);
  const padded = Math.ceil(sequences / COLUMNS) * COLUMNS;
  const to = new Int32Array(buffer, place, (ids.size / sequences) * padded).fill(0);
  from.forEach((id, i) => {
    if (!(id >= 0 && id < width)) throw wrong(`the character ${id} for a table of ${width}`);
    to[Math.floor(i / sequences) * padded + (i % sequences)] = id * 4;
  });
}
