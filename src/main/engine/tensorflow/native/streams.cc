// One character of a stream, or of a few side by side, through a recurrent layer, and through the output layer where it is the
// last: a single operation.
// The kernel is kept as float16 (half_rows.h); everything else is float32. The equations are those of src/main/model/gru.ts and
// lstm.ts.
//
// Shapes: H units, G gates (3 or 4), V vocabulary, S streams. States, inputs and logits are rows, one a stream.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "cell_math.h"
#include "half_rows.h"
#include "kernel_call.h"
#include "team.h"

namespace folio {
namespace {

constexpr int64_t kGroup = 4;   // and counted in groups of so many

// The packed kernel: for each group of 4 units their rows of all gates one after the other, so that a thread's units lie together.
// Units and columns are padded with zeros.
struct StreamKernel {
  int64_t units, gates;
  int64_t inner() const { return RoundUp(units, kTurn); }
  int64_t groups() const { return RoundUp(units, kGroup) / kGroup; }
  int64_t group_rows() const { return gates * kGroup; }
  int64_t group_storage() const { return HalfStorage(group_rows() * inner()); }
};

// kernel [GH, H] -> [groups, storage]
void Pack(TF_OpKernelContext* context) {
  Call call(context);
  int64_t rows, units;
  call.Shape(0, &rows, &units);
  call.Require(units > 0 && rows > 0 && rows % units == 0, "a recurrent kernel has a whole number of gates");
  if (!call.ok()) return;
  const StreamKernel shape{units, rows / units};
  const float* kernel = call.Input(0, rows * units);
  float* packed = call.Output(0, shape.groups(), shape.group_storage());
  if (!call.ok()) return;
  const int64_t inner = shape.inner();
  Buffer group(shape.group_rows() * inner);
  for (int64_t g = 0; g < shape.groups(); ++g) {
    std::memset(group.data(), 0, static_cast<size_t>(shape.group_rows() * inner) * sizeof(float));
    for (int64_t gate = 0; gate < shape.gates; ++gate) {
      for (int64_t i = 0; i < kGroup && g * kGroup + i < units; ++i) {
        const float* row = kernel + (gate * units + g * kGroup + i) * units;
        float* rows_of_gate = group.data() + gate * kGroup * inner;
        for (int64_t k = 0; k < units; ++k) rows_of_gate[PlaceInRows(i, k)] = row[k];
      }
    }
    float* storage = packed + g * shape.group_storage();
#if FOLIO_X86_LEVELS
    if (CanConvertHalves()) {
      ToHalves(group.data(), shape.group_rows() * inner, storage);
      continue;
    }
#endif
    std::memcpy(storage, group.data(), static_cast<size_t>(shape.group_rows() * inner) * sizeof(float));
  }
}

FOLIO_VERSIONS void Dense(int64_t from, int64_t to, int64_t units, IN kernel, IN bias, IN h, OUT logits) {
  for (int64_t row = from; row < to; ++row) {
    float sums[16] = {};
    const float* weights = kernel + row * units;
    int64_t k = 0;
    for (; k + 16 <= units; k += 16) {
      for (int i = 0; i < 16; ++i) sums[i] += weights[k + i] * h[k + i];
    }
    float sum = bias[row];
    for (; k < units; ++k) sum += weights[k] * h[k];
    for (int i = 0; i < 16; ++i) sum += sums[i];
    logits[row] = sum;
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

// Groups that a member has: whole vectors of units, so that a unit is computed by the same instructions whoever has it.
constexpr int64_t kTogether = 16;
Share OwnGroups(int64_t groups, int member, int count) {
  constexpr int64_t kGroups = kTogether / kGroup;
  Share share(RoundUp(groups, kGroups) / kGroups, member, count);
  share.begin = std::min(share.begin * kGroups, groups);
  share.end = std::min(share.end * kGroups, groups);
  return share;
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
  const StreamKernel shape{units, gru ? 3 : 4};
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
  const int64_t inner = shape.inner(), rows = shape.group_rows();
  Buffer padded(streams * inner);
  for (int64_t s = 0; s < streams; ++s) {
    std::memcpy(padded.data() + s * inner, h + s * units, static_cast<size_t>(units) * sizeof(float));
  }
  const Level level = ProcessorLevel();
  const int count = TeamSize(units / 4);
  Barrier barrier(count);
  const int64_t each = RoundUp(streams * (rows + shape.gates * (RoundUp(units, kTogether) / count + 2 * kTogether)), 16);
  Buffer scratches(count * each);
  auto work = [&](int member) {
    const Share own = OwnGroups(shape.groups(), member, count);
    const int64_t first = own.begin * kGroup, mine = own.size() * kGroup;
    float* group_products = scratches.data() + member * each;
    float* products = group_products + streams * rows;  // by stream, gate and unit
    for (int64_t n = 0; n < own.size(); ++n) {
      const int64_t at = backwards ? own.size() - 1 - n : n;
      MultiplyHalfRows(packed + (own.begin + at) * shape.group_storage(), rows, inner, padded.data(), streams, level, backwards,
                       group_products);
      for (int64_t row = 0; row < streams * shape.gates; ++row) {
        std::memcpy(products + row * mine + at * kGroup, group_products + row * kGroup, kGroup * sizeof(float));
      }
    }
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
  call.Require(units > 0 && streams > 0 && wide > 0 && wide % units == 0, "an input kernel has a whole number of gates");
  if (!call.ok()) return;
  const StreamKernel shape{units, wide / units};
  const float* packed = call.Input(0, shape.groups() * shape.group_storage());
  const float* below = call.Input(1, streams * units);
  const float* bias = call.Input(2, wide);
  float* out = call.Output(0, streams, wide);
  if (!call.ok()) return;

  static bool backwards = false;
  backwards = !backwards;
  const int64_t inner = shape.inner(), rows = shape.group_rows();
  Buffer padded(streams * inner);
  for (int64_t s = 0; s < streams; ++s) {
    std::memcpy(padded.data() + s * inner, below + s * units, static_cast<size_t>(units) * sizeof(float));
  }
  const Level level = ProcessorLevel();
  const int count = TeamSize(units / 4);
  const int64_t each = RoundUp(streams * rows, 16);
  Buffer scratches(count * each);
  auto work = [&](int member) {
    const Share own = OwnGroups(shape.groups(), member, count);
    float* products = scratches.data() + member * each;  // by stream, gate and unit
    for (int64_t n = 0; n < own.size(); ++n) {
      const int64_t group = own.begin + (backwards ? own.size() - 1 - n : n);
      MultiplyHalfRows(packed + group * shape.group_storage(), rows, inner, padded.data(), streams, level, backwards, products);
      const int64_t first = group * kGroup, mine = std::min(kGroup, units - first);
      for (int64_t s = 0; s < streams; ++s) {
        for (int64_t gate = 0; gate < shape.gates; ++gate) {
          const float* sums = products + (s * shape.gates + gate) * kGroup;
          const int64_t at = gate * units + first;
          for (int64_t i = 0; i < mine; ++i) out[s * wide + at + i] = sums[i] + bias[at + i];
        }
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
