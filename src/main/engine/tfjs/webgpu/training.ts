/** Programs of the other operations that tfjs's kernels lack, or do in many passes, or not in the same order each time. */
import { elementwise, GATES, IS_NAN, type Program } from './programs.ts';

const unary = (name: string, expression: string): Program =>
  elementwise({
    name: `folio ${name}`,
    reads: ['x'],
    writes: ['y'],
    declarations: GATES,
    body: `y[i] = ${expression};`,
  });

export const SIGMOID = unary('sigmoid', 'logistic(x[i])');
export const TANH = unary('tanh', 'squash(x[i])');

const gradient = (name: string, slope: string): Program =>
  elementwise({
    name: `folio ${name} gradient`,
    reads: ['y', 'dy'],
    writes: ['dx'],
    body: `dx[i] = dy[i] * ${slope};`,
  });

export const SIGMOID_GRAD = gradient('sigmoid', 'y[i] * (1.0 - y[i])');
export const TANH_GRAD = gradient('tanh', '(1.0 - y[i] * y[i])');

export const SCALE = elementwise({
  name: 'folio scale',
  reads: ['x'],
  writes: ['y'],
  uniforms: [{ name: 'factor', type: 'f32' }],
  body: 'y[i] = x[i] * factor;',
});

export const SCALE_BY = elementwise({
  name: 'folio scale by',
  reads: ['x', 'factor'],
  writes: ['y'],
  body: 'y[i] = x[i] * factor[0];',
});

export const AT_LEAST = elementwise({
  name: 'folio at least',
  reads: ['x'],
  writes: ['y'],
  uniforms: [{ name: 'least', type: 'f32' }],
  body: 'y[i] = max(x[i], least);',
});

export const FILL_ZERO = elementwise({ name: 'folio zeros', reads: [], writes: ['y'], body: 'y[i] = 0.0;' });

/** From int32 ids to float32 rows of `depth` numbers. */
export const ONE_HOT: Program = {
  name: 'folio one-hot',
  reads: [{ name: 'ids', type: 'i32' }],
  writes: [{ name: 'rows' }],
  uniforms: [
    { name: 'count', type: 'u32' },
    { name: 'depth', type: 'u32' },
  ],
  threads: 256,
  body: 'if (index < count) { rows[index] = select(0.0, 1.0, u32(ids[index / depth]) == index % depth); }',
};

/** In place: see TensorOps.adam for the equations. */
export const ADAM = elementwise({
  name: 'folio adam',
  reads: ['gradient'],
  writes: ['weights', 'mean', 'variance'],
  uniforms: ['alpha', 'rest1', 'rest2', 'epsilon', 'kept'].map((name) => ({ name, type: 'f32' })),
  body: `
    let g = gradient[i];
    let m = mean[i] + (g - mean[i]) * rest1;
    let v = variance[i] + (g * g - variance[i]) * rest2;
    mean[i] = m;
    variance[i] = v;
    weights[i] = weights[i] * kept - alpha * m / (sqrt(v) + epsilon);`,
});

/**
 * Each element's random number is a hash of its place and the two seeds: pcg3d of Jarzynski & Olano, "Hash Functions for GPU
 * Rendering" (JCGT 2020).
 */
export const DROPOUT = elementwise({
  name: 'folio dropout',
  reads: [],
  writes: ['mask'],
  uniforms: [
    { name: 'threshold', type: 'u32' },
    { name: 'seed0', type: 'u32' },
    { name: 'seed1', type: 'u32' },
    { name: 'survivor', type: 'f32' },
  ],
  declarations: `
    fn hash(key: vec3<u32>) -> u32 {
      var v = key * 1664525u + 1013904223u;
      v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
      v ^= v >> vec3<u32>(16u);
      v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
      return v.x;
    }`,
  body: 'mask[i] = select(0.0, survivor, hash(vec3<u32>(i, seed0, seed1)) >= threshold);',
});

const uint = (name: string) => ({ name, type: 'u32' }) as const;

/** A small matrix product, one element a thread. How far apart elements lie is told, so that it serves transposed factors, too. */
export const SMALL_PRODUCT = elementwise({
  name: 'folio small product',
  reads: ['a', 'b'],
  writes: ['c'],
  uniforms: [uint('columns'), uint('inner'), uint('aRow'), uint('aInner'), uint('bInner'), uint('bColumn')],
  body: `
    let row = (i / columns) * aRow;
    let column = (i % columns) * bColumn;
    var sum = 0.0;
    for (var k = 0u; k < inner; k++) { sum += a[row + k * aInner] * b[column + k * bInner]; }
    c[i] = sum;`,
});

/** Turns a small matrix; `count` is its size. */
export const SMALL_TRANSPOSE = elementwise({
  name: 'folio small transpose',
  reads: ['x'],
  writes: ['y'],
  uniforms: [uint('rows'), uint('columns')],
  body: 'y[i] = x[(i % rows) * columns + i / rows];',
});

/** Sums over an axis of `length`, with `inner` elements behind it, one result a thread. */
export const SMALL_SUM = elementwise({
  name: 'folio small sum',
  reads: ['x'],
  writes: ['y'],
  uniforms: [uint('length'), uint('inner')],
  body: `
    let start = (i / inner) * length * inner + i % inner;
    var sum = 0.0;
    for (var k = 0u; k < length; k++) { sum += x[start + k * inner]; }
    y[i] = sum;`,
});

/** In a workgroup whose threads work together: more would wait for each other longer than they save where rows are short. */
const THREADS = 64;

/** Adds up `parts`, one number a thread, into parts[0]; every thread of the workgroup must come here. */
const ADD_UP = `
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {
    if (local < half) { parts[local] += parts[local + half]; }
    workgroupBarrier();
  }`;

/** Workgroups of the first of the two programs that make a sum of squares: enough to fill a device, with work for each. */
export function squareGroups(count: number): number {
  return Math.max(1, Math.min(256, Math.ceil(count / (16 * THREADS))));
}

/** A partial sum a workgroup; together with ADD_UP_ALL always in the same order. */
export const SUM_OF_SQUARES: Program = {
  name: 'folio sum of squares',
  reads: [{ name: 'x' }],
  writes: [{ name: 'sums' }],
  uniforms: [uint('count'), uint('groups')],
  threads: THREADS,
  declarations: `var<workgroup> parts: array<f32, ${THREADS}>;`,
  body: `
    var sum = 0.0;
    for (var i = index; i < count; i += ${THREADS}u * groups) { sum += x[i] * x[i]; }
    parts[local] = sum;
    ${ADD_UP}
    if (local == 0u) { sums[group] = parts[0]; }`,
};

/** All elements to one number, by one workgroup. */
export const ADD_UP_ALL: Program = {
  name: 'folio add up all',
  reads: [{ name: 'x' }],
  writes: [{ name: 'total' }],
  uniforms: [{ name: 'count', type: 'u32' }],
  threads: THREADS,
  declarations: `var<workgroup> parts: array<f32, ${THREADS}>;`,
  body: `
    var sum = 0.0;
    for (var i = local; i < count; i += ${THREADS}u) { sum += x[i]; }
    parts[local] = sum;
    ${ADD_UP}
    if (local == 0u) { total[0] = parts[0]; }`,
};

/** Softmax, its cross-entropy and their gradient; a workgroup a row, whose threads share its columns. */
export const CROSS_ENTROPY: Program = {
  name: 'folio cross-entropy',
  reads: [{ name: 'logits' }, { name: 'labels', type: 'i32' }],
  writes: [{ name: 'loss' }, { name: 'gradient' }],
  uniforms: [
    { name: 'rows', type: 'u32' },
    { name: 'width', type: 'u32' },
  ],
  threads: THREADS,
  declarations: `${IS_NAN} var<workgroup> parts: array<f32, ${THREADS}>;`,
  body: `
    // The last workgroups of a run may be beyond the rows; they work on the last one and write nothing.
    let row = min(group, rows - 1u);
    let start = row * width;
    // The largest logit is subtracted first, so that no exponential overflows and the sum is at least 1. Comparing passes NaN over.
    var largest = -3.4e38;
    for (var j = local; j < width; j += ${THREADS}u) {
      let x = logits[start + j];
      if (x > largest) { largest = x; }
    }
    parts[local] = largest;
    workgroupBarrier();
    for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {
      if (local < half) { parts[local] = max(parts[local], parts[local + half]); }
      workgroupBarrier();
    }
    largest = parts[0];
    workgroupBarrier();
    var sum = 0.0;
    for (var j = local; j < width; j += ${THREADS}u) {
      let x = logits[start + j];
      sum += select(exp(x - largest), x, isNaN(x)); // the language does not promise that exp and log let NaN through
    }
    parts[local] = sum;
    ${ADD_UP}
    sum = parts[0];
    if (group >= rows) { return; }
    let label = u32(labels[row]);
    for (var j = local; j < width; j += ${THREADS}u) {
      let probability = exp(logits[start + j] - largest) / sum;
      gradient[start + j] = probability - select(0.0, 1.0, j == label);
    }
    if (local == 0u) { loss[row] = select(log(sum), sum, isNaN(sum)) - (logits[start + label] - largest); }`,
};

/**
 * A workgroup makes one label's sums of ${THREADS} columns. It goes through the labels a tile at a time: which of the tile's rows have its
 * label becomes a bit set, whose rows every thread adds for its own column, in order.
 */
export const SEGMENT_SUM: Program = {
  name: 'folio segment sum',
  reads: [{ name: 'rows' }, { name: 'labels', type: 'i32' }],
  writes: [{ name: 'sums' }],
  uniforms: [
    { name: 'count', type: 'u32' },
    { name: 'width', type: 'u32' },
    { name: 'chunks', type: 'u32' },
    { name: 'segments', type: 'u32' },
  ],
  threads: THREADS,
  declarations: `var<workgroup> found: array<atomic<u32>, ${THREADS / 32}>;`,
  body: `
    let segment = group / chunks;
    let column = (group % chunks) * ${THREADS}u + local;
    let mine = column < width && segment < segments;
    var sum = 0.0;
    for (var tile = 0u; tile < count; tile += ${THREADS}u) {
      if (local < ${THREADS / 32}u) { atomicStore(&found[local], 0u); }
      workgroupBarrier();
      let row = tile + local;
      if (row < count && u32(labels[row]) == segment) { atomicOr(&found[local / 32u], 1u << (local % 32u)); }
      workgroupBarrier();
      if (mine) {
        for (var word = 0u; word < ${THREADS / 32}u; word++) {
          var bits = atomicLoad(&found[word]);
          while (bits != 0u) {
            let at = tile + word * 32u + firstTrailingBit(bits);
            sum += rows[at * width + column];
            bits &= bits - 1u;
          }
        }
      }
      workgroupBarrier();
    }
    if (mine) { sums[segment * width + column] = sum; }`,
};

/** Threads of SEGMENT_SUM for so many columns: whole workgroups. */
export function segmentChunks(width: number): number {
  return Math.ceil(width / THREADS);
}

/** Threads in a workgroup of the programs that give a whole one to a row. */
export const ROW_THREADS = THREADS;
