// A whole recurrent layer over a sequence as one TensorFlow operation, forward and backward, GRU and LSTM, float32 on the CPU.
//
// Every thread has some groups of units, and takes over those that another has not begun. The kernel's rows are packed once; in each
// step a group's are multiplied by the state that all threads share, its gates are computed while the product is in the cache, and
// then all threads meet. The equations are those
// of src/main/model/gru.ts and lstm.ts, whose plain versions are the test of these.
//
// Shapes: H units, B batch, T steps, G gates (3 or 4). Matrices over all steps are [rows, TB] with columns in time order; what only
// the backward pass reads is [T, H, B]. Results do not depend on the number of threads.

#include <cstdint>
#include <cstring>
#include <memory>

#include "buffer.h"
#include "cell_rows.h"
#include "kernel_call.h"
#include "step_product.h"
#include "team.h"

namespace folio {
namespace {

// The first layer's input is a table [GH, V] with a column for each character, or the projected input [GH, TB] itself.
struct Input {
  const float* values;
  int64_t width;  // V, or T * B
  const int32_t* ids;  // [T * B]; null for the projected input
  Level level;

  // The B numbers of a row at step t; `scratch` has room for them.
  const float* Row(int64_t row, int64_t t, int64_t batch, float* scratch) const {
    const float* from = values + row * width;
    if (ids == nullptr) return from + t * batch;
    Lookup(batch, from, width, ids + t * batch, scratch, level);
    return scratch;
  }
};

void Copy(float* to, const float* from, int64_t count) {
  std::memcpy(to, from, static_cast<size_t>(count) * sizeof(float));
}

// Rows beyond the units hold what another group left. They meet zeros of the kernel, which is not enough where it was infinite.
void Clear(float* rows, int64_t count) {
  if (count > 0) std::memset(rows, 0, static_cast<size_t>(count) * sizeof(float));
}

struct Sizes {
  int64_t units, batch, steps, gates;
  int64_t step() const { return units * batch; }
  int64_t columns() const { return steps * batch; }
};

// A right factor of the step product, two in turn: nobody writes what another still reads. Its padding stays zero.
struct Factors {
  explicit Factors(int64_t bytes) : even(bytes), odd(bytes) {
    std::memset(even.As<char>(), 0, static_cast<size_t>(bytes));
    std::memset(odd.As<char>(), 0, static_cast<size_t>(bytes));
  }
  void* At(int64_t t) const { return (t & 1) != 0 ? odd.As<void>() : even.As<void>(); }
  const Block even, odd;
};

// What both cells' forward passes write.
struct Forward {
  float* outputs;  // [H, TB] after each step
  float* hidden;   // [H, TB] before each step
  float* final_h;  // [H, B]
  float* final_c;  // [H, B]; LSTM only
  float* saved;    // [T, S, H, B]: GRU z, r, u, candidate; LSTM i, f, g, o, tanh(c), c before
};

// bias of the GRU's candidate [H] (null for an LSTM); h and (LSTM) c [H, B]
void RunForward(const Sizes& size, StepProduct& product, const float* bias, const Input& input, const float* h, const float* c,
                const Forward& out) {
  const bool gru = bias != nullptr;
  const int saved = gru ? 4 : 6;
  const int64_t B = size.batch, P = product.width(), H = size.units, U = product.group();
  const int count = TeamSize(H);
  const Level level = ProcessorLevel();
  Buffer state(product.padded_units() * P);
  for (int64_t row = 0; row < H; ++row) Copy(state.data() + row * P, h + row * B, B);
  if (!gru) Copy(out.final_c, c, H * B);
  const Factors factors(product.FactorBytes());
  Barrier barrier(count);
  Claims claims(product.groups(), count, size.steps);
  // Of each thread: the recurrent products of a group, its next state, inputs, and what is saved of a unit.
  const int64_t products = size.gates * U * P, nexts = U * P;
  const int64_t each = RoundUp(products + nexts + 4 * P + 6 * P, 16);
  Buffer scratches(count * each);

  RunTeam(count, [&](int member) {
    product.Enter();
    float* recurrent = scratches.data() + member * each;
    float* next = recurrent + products;
    float* inputs = next + nexts;
    float* kept = inputs + 4 * P;
    const Share own(product.groups(), member, count);
    for (int64_t group = own.begin; group < own.end; ++group) {
      product.Pack(group);
      product.Put(0, group, state.data() + group * U * P, factors.At(0));
    }
    barrier.Wait();
    for (int64_t t = 0; t < size.steps; ++t) {
      claims.Run(member, t, [&](int64_t group) {
        product.Multiply(group, factors.At(t), recurrent);
        const int64_t end = group * U + U < H ? group * U + U : H;
        for (int64_t unit = group * U; unit < end; ++unit) {
          const int64_t row = unit - group * U;
          const float* a[4];
          const float* x[4];
          for (int64_t g = 0; g < size.gates; ++g) {
            a[g] = recurrent + (g * U + row) * P;
            x[g] = input.Row(g * H + unit, t, B, inputs + g * P);
          }
          float* s[6];
          for (int k = 0; k < saved; ++k) s[k] = kept + k * P;
          float* before = state.data() + unit * P;
          float* after = next + row * P;
          if (gru) {
            GruRow(B, a[0], a[1], a[2], x[0], x[1], x[2], bias[unit], before, after, s[0], s[1], s[2], s[3]);
          } else {
            LstmRow(B, a[0], a[1], a[2], a[3], x[0], x[1], x[2], x[3], out.final_c + unit * B, after, s[0], s[1], s[2], s[3],
                    s[4], s[5]);
          }
          for (int k = 0; k < saved; ++k) StreamCopy(out.saved + ((t * saved + k) * H + unit) * B, s[k], B, level);
          StreamCopy(out.hidden + unit * size.columns() + t * B, before, B, level);
          StreamCopy(out.outputs + unit * size.columns() + t * B, after, B, level);
          Copy(before, after, B);
        }
        Clear(next + (end - group * U) * P, (group * U + U - end) * P);
        if (t + 1 < size.steps) product.Put(0, group, next, factors.At(t + 1));
      });
      barrier.Wait();
    }
    FinishStreams();
    product.Leave();
  });
  for (int64_t unit = 0; unit < H; ++unit) Copy(out.final_h + unit * B, state.data() + unit * P, B);
}

// gradients of the outputs [H, TB]; hidden [H, TB] and saved as RunForward wrote them
// -> at the recurrent products [GH, TB]; (GRU) at the candidate's input [H, TB]
void RunBackward(const Sizes& size, StepProduct& product, const float* output, const float* hidden, const float* saved,
                 float* recurrent, float* candidate) {
  const bool gru = candidate != nullptr;
  const int parts = gru ? 4 : 6;
  const int64_t B = size.batch, P = product.width(), H = size.units, G = size.gates, U = product.group();
  const int count = TeamSize(H);
  const Level level = ProcessorLevel();
  // What a step passes back to the one before beside its product (GRU: by z, LSTM: by the cell).
  Buffer direct(product.padded_units() * P);
  const Factors factors(product.FactorBytes());
  Barrier barrier(count);
  Claims claims(product.groups(), count, size.steps);
  // Of each thread: what the later step's product passes back to a group, the group's gates, and a candidate's input.
  const int64_t passing = U * P, all_gates = G * U * P;
  const int64_t each = RoundUp(passing + all_gates + P, 16);
  Buffer scratches(count * each);

  RunTeam(count, [&](int member) {
    product.Enter();
    float* through = scratches.data() + member * each;
    float* gates = through + passing;
    float* input = gates + all_gates;
    const Share own(product.groups(), member, count);
    for (int64_t group = own.begin; group < own.end; ++group) product.Pack(group);
    barrier.Wait();
    for (int64_t t = size.steps - 1; t >= 0; --t) {
      claims.Run(member, size.steps - 1 - t, [&](int64_t group) {
        const int64_t end = group * U + U < H ? group * U + U : H;
        // Rows of these lie far apart. They arrive during the product.
        for (int64_t unit = group * U; unit < end; ++unit) {
          Prefetch(output + unit * size.columns() + t * B, B);
          if (gru) Prefetch(hidden + unit * size.columns() + t * B, B);
          for (int k = 0; k < parts; ++k) Prefetch(saved + ((t * parts + k) * H + unit) * B, B);
        }
        if (t + 1 < size.steps) product.Multiply(group, factors.At(t + 1), through);
        for (int64_t unit = group * U; unit < end; ++unit) {
          const int64_t row = unit - group * U;
          const int64_t at = unit * size.columns() + t * B;
          const float* s[6];
          for (int k = 0; k < parts; ++k) s[k] = saved + ((t * parts + k) * H + unit) * B;
          float* g[4];
          for (int64_t k = 0; k < G; ++k) g[k] = gates + (k * U + row) * P;
          float* back = direct.data() + unit * P;
          const float* passed = through + row * P;
          if (gru) {
            GruRowBack(B, output + at, passed, back, s[0], s[1], s[2], s[3], hidden + at, g[0], g[1], g[2], input);
            StreamCopy(candidate + at, input, B, level);
          } else {
            LstmRowBack(B, output + at, passed, back, s[0], s[1], s[2], s[3], s[4], s[5], g[0], g[1], g[2], g[3]);
          }
          for (int64_t k = 0; k < G; ++k) StreamCopy(recurrent + (k * H + unit) * size.columns() + t * B, g[k], B, level);
        }
        for (int64_t k = 0; t > 0 && k < G; ++k) {
          Clear(gates + (k * U + end - group * U) * P, (group * U + U - end) * P);
          product.Put(k, group, gates + k * U * P, factors.At(t));
        }
      });
      barrier.Wait();
    }
    FinishStreams();
    product.Leave();
  });
}

// The product for a layer of these sizes; the call fails where this processor has none in this precision.
std::unique_ptr<StepProduct> ProductFor(Call& call, const Sizes& size, const float* kernel, bool turned, bool low) {
  std::unique_ptr<StepProduct> product = MakeStepProduct(Kernel{kernel, size.units, size.gates, turned}, size.batch, low);
  call.Require(product != nullptr, "this processor does not multiply bfloat16");
  return product;
}

// Inputs: kernel [GH, H], h [H, B], table or projected input [GH, width], ids (empty for the projected input), and for a GRU
// the candidate's bias [H, 1], for an LSTM c [H, B].
// Outputs: outputs, hidden, final h, saved, and for an LSTM final c.
void SequenceForward(TF_OpKernelContext* context, bool gru, bool low) {
  Call call(context);
  Sizes size{};
  size.gates = gru ? 3 : 4;
  call.Shape(1, &size.units, &size.batch);
  int64_t height, width;
  call.Shape(2, &height, &width);
  const int64_t ids = call.Elements(3);
  if (!call.ok()) return;
  const int64_t H = size.units, B = size.batch;
  const int64_t columns = ids > 0 ? ids : width;
  call.Require(B > 0 && columns > 0 && columns % B == 0, "the input is not a whole number of steps");
  call.Require(height == size.gates * H, "the input has the wrong number of rows");
  if (!call.ok()) return;
  size.steps = columns / B;
  const float* kernel = call.Input(0, size.gates * H * H);
  const float* h = call.Input(1, H * B);
  const float* values = call.Input(2, height * width);
  const int32_t* numbers = ids > 0 ? call.Integers(3, ids) : nullptr;
  const float* fourth = call.Input(4, gru ? H : H * B);
  for (int64_t i = 0; call.ok() && i < ids; ++i) {
    call.Require(numbers[i] >= 0 && numbers[i] < width, "an id is outside of the table");
  }
  Forward out{};
  out.outputs = call.Output(0, H, columns);
  out.hidden = call.Output(1, H, columns);
  out.final_h = call.Output(2, H, B);
  out.saved = call.Output(3, size.steps * (gru ? 4 : 6), H * B);
  out.final_c = gru ? nullptr : call.Output(4, H, B);
  if (!call.ok()) return;
  const std::unique_ptr<StepProduct> product = ProductFor(call, size, kernel, false, low);
  if (!call.ok()) return;
  RunForward(size, *product, gru ? fourth : nullptr, Input{values, width, numbers, ProcessorLevel()}, h, gru ? nullptr : fourth, out);
}

// Inputs: kernel [GH, H], gradients of the outputs [H, TB], hidden [H, TB], saved [TS, HB].
// Outputs: at the recurrent products [GH, TB], and for a GRU at the candidate's input [H, TB].
void SequenceBackward(TF_OpKernelContext* context, bool gru, bool low) {
  Call call(context);
  const int64_t parts = gru ? 4 : 6;
  Sizes size{};
  size.gates = gru ? 3 : 4;
  int64_t columns, rows, step;
  call.Shape(1, &size.units, &columns);
  call.Shape(3, &rows, &step);
  if (!call.ok()) return;
  call.Require(size.units > 0 && rows > 0 && rows % parts == 0 && step % size.units == 0, "the saved values have the wrong shape");
  if (!call.ok()) return;
  const int64_t H = size.units;
  size.batch = step / H;
  size.steps = rows / parts;
  call.Require(columns == size.columns(), "the gradients have the wrong number of columns");
  const float* kernel = call.Input(0, size.gates * H * H);
  const float* output = call.Input(1, H * columns);
  const float* hidden = call.Input(2, H * columns);
  const float* saved = call.Input(3, rows * step);
  float* recurrent = call.Output(0, size.gates * H, columns);
  float* candidate = gru ? call.Output(1, H, columns) : nullptr;
  if (!call.ok()) return;
  const std::unique_ptr<StepProduct> product = ProductFor(call, size, kernel, true, low);
  if (call.ok()) RunBackward(size, *product, output, hidden, saved, recurrent, candidate);
}

template <bool kGru, bool kLow>
void Forwards(TF_OpKernelContext* context) {
  SequenceForward(context, kGru, kLow);
}

template <bool kGru, bool kLow>
void Backwards(TF_OpKernelContext* context) {
  SequenceBackward(context, kGru, kLow);
}

struct Registration {
  Registration() {
    RegisterGru<false>("FolioGruSequence", "FolioGruSequenceBackward");
    RegisterGru<true>("FolioGruSequenceLow", "FolioGruSequenceLowBackward");
    RegisterLstm<false>("FolioLstmSequence", "FolioLstmSequenceBackward");
    RegisterLstm<true>("FolioLstmSequenceLow", "FolioLstmSequenceLowBackward");
  }

 private:
  template <bool kLow>
  static void RegisterGru(const char* forward, const char* backward) {
    Register<&Forwards<true, kLow>>(forward, {"kernel: float", "h: float", "input: float", "ids: int32", "bias: float"},
                                    {"outputs: float", "hidden: float", "final: float", "saved: float"});
    Register<&Backwards<true, kLow>>(backward, {"kernel: float", "gradients: float", "hidden: float", "saved: float"},
                                     {"recurrent: float", "candidate: float"});
  }
  template <bool kLow>
  static void RegisterLstm(const char* forward, const char* backward) {
    Register<&Forwards<false, kLow>>(forward, {"kernel: float", "h: float", "input: float", "ids: int32", "c: float"},
                                     {"outputs: float", "hidden: float", "final: float", "saved: float", "cell: float"});
    Register<&Backwards<false, kLow>>(backward, {"kernel: float", "gradients: float", "hidden: float", "saved: float"},
                                      {"recurrent: float"});
  }
} registration;

}  // namespace
}  // namespace folio
