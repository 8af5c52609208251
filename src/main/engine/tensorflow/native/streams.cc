// One character of a stream, or of a few side by side, through a recurrent layer, and through the output layer where it is the
// last: a single operation.
// The kernel is kept as float16 (half_groups.h); everything else is float32. The equations are those of src/main/model/gru.ts and
// lstm.ts.
//
// Shapes: H units, G gates (3 or 4), V vocabulary, S streams. States, inputs and logits are rows, one a stream.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "cell_math.h"
#include "half_groups.h"
#include "kernel_call.h"
#include "team.h"

namespace folio {
namespace {

// kernel [GH, H] -> [groups, storage]
void Pack(TF_OpKernelContext* context) {
  Call call(context);
  int64_t rows, units;
  call.Shape(0, &rows, &units);
  call.Require(units > 0 && (rows == 3 * units || rows == 4 * units), "a recurrent kernel has three gates or four");
  if (!call.ok()) return;
  const HalfKernel shape{units, rows / units};
  const float* kernel = call.Input(0, rows * units);
  float* packed = call.Output(0, shape.groups(), shape.group_storage());
  if (!call.ok()) return;
  Buffer group(shape.group_numbers());
  for (int64_t g = 0; g < shape.groups(); ++g) {
    const int64_t there = std::min(kGroup, units - g * kGroup);
    if (there < kGroup) std::memset(group.data(), 0, static_cast<size_t>(shape.group_numbers()) * sizeof(float));
    for (int64_t gate = 0; gate < shape.gates; ++gate) {
      for (int64_t i = 0; i < there; ++i) {
        const float* row = kernel + (gate * units + g * kGroup + i) * units;
        for (int64_t k = 0; k < units; ++k) group.data()[shape.Place(gate, i, k)] = row[k];
      }
    }
    float* storage = packed + g * shape.group_storage();
#if FOLIO_X86_LEVELS
    if (CanConvertHalves()) {
      ToHalves(group.data(), shape.group_numbers(), storage);
      continue;
    }
#endif
    std::memcpy(storage, group.data(), static_cast<size_t>(shape.group_numbers()) * sizeof(float));
  }
}

// Rows of the output layer that are multiplied together: one row's sums would wait for each other.
constexpr int64_t kDenseRows = 4;

typedef float Sixteen __attribute__((vector_size(64), aligned(4)));

FOLIO_VERSIONS void DenseSums(int64_t units, const float* const* kernel, IN h, OUT to) {
  Sixteen sums[kDenseRows] = {};
  const float *a = kernel[0], *b = kernel[1], *c = kernel[2], *d = kernel[3];
  int64_t k = 0;
  for (; k + 16 <= units; k += 16) {
    const Sixteen state = *reinterpret_cast<const Sixteen*>(h + k);
    sums[0] += *reinterpret_cast<const Sixteen*>(a + k) * state;
    sums[1] += *reinterpret_cast<const Sixteen*>(b + k) * state;
    sums[2] += *reinterpret_cast<const Sixteen*>(c + k) * state;
    sums[3] += *reinterpret_cast<const Sixteen*>(d + k) * state;
  }
  for (int row = 0; row < kDenseRows; ++row) {
    float sum = 0.0f;
    for (int64_t rest = k; rest < units; ++rest) sum += kernel[row][rest] * h[rest];
    for (int i = 0; i < 16; ++i) sum += sums[row][i];
    to[row] = sum;
  }
}

// Logits of the rows [from, to): a row's are computed by the same instructions whoever has it.
void Dense(int64_t from, int64_t to, int64_t units, const float* kernel, const float* bias, const float* h, float* logits) {
  for (int64_t first = from; first < to; first += kDenseRows) {
    const float* rows[kDenseRows];
    float sums[kDenseRows];
    // Rows beyond the last repeat it.
    for (int64_t i = 0; i < kDenseRows; ++i) rows[i] = kernel + std::min(first + i, to - 1) * units;
    DenseSums(units, rows, h, sums);
    for (int64_t row = first; row < std::min(first + kDenseRows, to); ++row) logits[row] = bias[row] + sums[row - first];
  }
}

// The gates of some units of one stream; of each gate their products and inputs.
FOLIO_VERSIONS void GruUnits(int64_t units, IN az, IN ar, IN ah, IN xz, IN xr, IN xh, IN bias, IN h, OUT next) {
  for (int64_t i = 0; i < units; ++i) {
    const float z = Sigmoid(xz[i] + az[i]), r = Sigmoid(xr[i] + ar[i]);
    const float candidate = Tanh(xh[i] + r * (ah[i] + bias[i]));
    next[i] = candidate + z * (h[i] - candidate);
  }
}

FOLIO_VERSIONS void LstmUnits(int64_t units, IN ai, IN af, IN ag, IN ao, IN xi, IN xf, IN xg, IN xo, IN c, OUT next, OUT next_c) {
  for (int64_t i = 0; i < units; ++i) {
    const float in = Sigmoid(xi[i] + ai[i]), forget = Sigmoid(xf[i] + af[i]);
    const float cell = forget * c[i] + in * Tanh(xg[i] + ag[i]);
    next_c[i] = cell;
    next[i] = Sigmoid(xo[i] + ao[i]) * Tanh(cell);
  }
}

// A member's groups of a kernel times all streams, into [S, G, units of the member]. From the last to the first when `backwards`: what
// the last call left in the cache is then what this one reads first.
void Multiply(const HalfKernel& shape, const float* packed, const Share& own, bool backwards, Level level, const HalfProducts& products) {
  const int64_t turns = RoundUp(own.size(), kGroupsTogether) / kGroupsTogether;
  for (int64_t n = 0; n < turns; ++n) {
    const int64_t at = (backwards ? turns - 1 - n : n) * kGroupsTogether;
    HalfProducts some = products;
    some.out += at * kGroup;
    MultiplyHalves(shape, packed + (own.begin + at) * shape.group_storage(), std::min(kGroupsTogether, own.size() - at), some, level);
  }
}

// Inputs: packed kernel, projected input with its bias [S, GH], h [S, H], for a GRU the candidate's bias [H, 1] and for an LSTM
// c [S, H], output kernel transposed [V, H] and bias [V, 1] (both with no rows when this is not the last layer).
// Outputs: next h, logits [S, V], and for an LSTM next c.
void Step(TF_OpKernelContext* context, bool gru) {
  Call call(context);
  int64_t units, streams, vocabulary, wide;
  call.Shape(2, &streams, &units);
  call.Shape(4, &vocabulary, &wide);
  call.Require(units > 0 && streams > 0 && wide == units, "the state and the output layer have different units");
  if (!call.ok()) return;
  const HalfKernel shape{units, gru ? 3 : 4};
  const int64_t row_of_x = shape.gates * units;
  const float* packed = call.Input(0, shape.groups() * shape.group_storage());
  const float* x = call.Input(1, streams * row_of_x);
  const float* h = call.Input(2, streams * units);
  const float* last = call.Input(3, gru ? units : streams * units);
  const float* dense = call.Input(4, vocabulary * units);
  const float* dense_bias = call.Input(5, vocabulary);
  float* next = call.Output(0, streams, units);
  float* logits = call.Output(1, streams, vocabulary);
  float* next_c = gru ? nullptr : call.Output(2, streams, units);
  if (!call.ok()) return;

  static bool backwards = false;
  backwards = !backwards;
  const Level level = ProcessorLevel();
  const int count = TeamSize(units / 4);
  Barrier barrier(count);
  // Of each member: its products, by stream, gate and unit.
  const int64_t each = streams * shape.gates * (RoundUp(shape.groups(), count) / count) * kGroup;
  const Block scratches(count * each * static_cast<int64_t>(sizeof(float)));
  auto work = [&](int member) {
    const Share own(shape.groups(), member, count);
    const int64_t first = own.begin * kGroup, mine = own.size() * kGroup;
    float* products = scratches.As<float>() + member * each;
    Multiply(shape, packed, own, backwards, level, {h, streams, products, mine, shape.gates * mine});
    const int64_t count_of_units = std::max<int64_t>(0, std::min(mine, units - first));
    for (int64_t s = 0; s < streams; ++s) {
      const float* a[4];
      const float* in[4];
      for (int64_t g = 0; g < shape.gates; ++g) {
        a[g] = products + (s * shape.gates + g) * mine;
        in[g] = x + s * row_of_x + g * units + first;
      }
      const int64_t at = s * units + first;
      if (gru) {
        GruUnits(count_of_units, a[0], a[1], a[2], in[0], in[1], in[2], last + first, h + at, next + at);
      } else {
        LstmUnits(count_of_units, a[0], a[1], a[2], a[3], in[0], in[1], in[2], in[3], last + at, next + at, next_c + at);
      }
    }
    barrier.Wait();
    const Share rows_of_dense(vocabulary, member, count);
    for (int64_t s = 0; s < streams; ++s) {
      Dense(rows_of_dense.begin, rows_of_dense.end, units, dense, dense_bias, next + s * units, logits + s * vocabulary);
    }
  };
  StandingTeam::Get().Run(count, work);
}

// Projected input of a layer above the first: the rows below it [S, H] times its input kernel, packed as a recurrent one, plus its bias
// [GH] -> [S, GH]. A matrix product would sum a stream's row in an order that depends on how many there are.
void Project(TF_OpKernelContext* context) {
  Call call(context);
  int64_t units, streams;
  call.Shape(1, &streams, &units);
  const int64_t wide = call.Elements(2);
  call.Require(units > 0 && streams > 0 && (wide == 3 * units || wide == 4 * units), "an input kernel has three gates or four");
  if (!call.ok()) return;
  const HalfKernel shape{units, wide / units};
  const float* packed = call.Input(0, shape.groups() * shape.group_storage());
  const float* below = call.Input(1, streams * units);
  const float* bias = call.Input(2, wide);
  float* out = call.Output(0, streams, wide);
  if (!call.ok()) return;

  static bool backwards = false;
  backwards = !backwards;
  const Level level = ProcessorLevel();
  const int count = TeamSize(units / 4);
  const int64_t each = streams * shape.gates * (RoundUp(shape.groups(), count) / count) * kGroup;
  const Block scratches(count * each * static_cast<int64_t>(sizeof(float)));
  auto work = [&](int member) {
    const Share own(shape.groups(), member, count);
    const int64_t first = own.begin * kGroup, mine = own.size() * kGroup;
    float* products = scratches.As<float>() + member * each;
    Multiply(shape, packed, own, backwards, level, {below, streams, products, mine, shape.gates * mine});
    const int64_t there = std::min(mine, units - first);
    for (int64_t s = 0; s < streams; ++s) {
      for (int64_t gate = 0; gate < shape.gates; ++gate) {
        const float* sums = products + (s * shape.gates + gate) * mine;
        const int64_t at = gate * units + first;
        for (int64_t i = 0; i < there; ++i) out[s * wide + at + i] = sums[i] + bias[at + i];
      }
    }
  };
  StandingTeam::Get().Run(count, work);
}

template <bool kGru>
void Steps(TF_OpKernelContext* context) {
  Step(context, kGru);
}

struct Registration {
  Registration() {
    Register<&Pack>("FolioStreamPack", {"kernel: float"}, {"packed: float"});
    Register<&Project>("FolioStreamInput", {"packed: float", "below: float", "bias: float"}, {"input: float"});
    Register<&Steps<true>>("FolioGruStreamStep",
                           {"packed: float", "x: float", "h: float", "bias: float", "dense: float", "dense_bias: float"},
                           {"next: float", "logits: float"});
    Register<&Steps<false>>("FolioLstmStreamStep",
                            {"packed: float", "x: float", "h: float", "c: float", "dense: float", "dense_bias: float"},
                            {"next: float", "logits: float", "cell: float"});
  }
} registration;

}  // namespace
}  // namespace folio
