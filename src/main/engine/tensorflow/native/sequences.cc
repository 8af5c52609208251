// A whole recurrent layer over a sequence as one TensorFlow operation, forward and backward, GRU and LSTM, float32 on the CPU.
//
// Every thread owns some of the units. It packs its rows of the kernel once, and in each step multiplies them by the state that
// all threads share, computes its gates while the product is in its cache, and meets the others once. The equations are those
// of src/main/model/gru.ts and lstm.ts, whose plain versions are the test of these.
//
// Shapes: H units, B batch, T steps, G gates (3 or 4). Matrices over all steps are [rows, TB] with columns in time order; what only
// the backward pass reads is [T, H, B]. Results do not depend on the number of threads.

#include <cstdint>
#include <memory>
#include <vector>

#include "cell_math.h"
#include "kernel_call.h"
#include "packed_product.h"
#include "team.h"

namespace folio {
namespace {

// The first layer's input is a table [GH, V] with a column for each character, or the projected input [GH, TB] itself.
struct Input {
  const float* values;
  int64_t width;  // V, or T * B
  const int32_t* ids;  // [T * B]; null for the projected input

  // The B numbers of a row at step t; `scratch` has room for them.
  const float* Row(int64_t row, int64_t t, int64_t batch, float* scratch) const {
    const float* from = values + row * width;
    if (ids == nullptr) return from + t * batch;
    const int32_t* now = ids + t * batch;
    for (int64_t b = 0; b < batch; ++b) scratch[b] = from[now[b]];
    return scratch;
  }
};

FOLIO_VERSIONS void GruRow(int64_t batch, IN az, IN ar, IN ah, IN xz, IN xr, IN xh, float bias, IN h, OUT next, OUT z,
                           OUT r, OUT u, OUT hh) {
  for (int64_t b = 0; b < batch; ++b) {
    const float zb = Sigmoid(xz[b] + az[b]);
    const float rb = Sigmoid(xr[b] + ar[b]);
    const float ub = ah[b] + bias;
    const float cb = Tanh(xh[b] + rb * ub);
    z[b] = zb;
    r[b] = rb;
    u[b] = ub;
    hh[b] = cb;
    next[b] = cb + zb * (h[b] - cb);
  }
}

FOLIO_VERSIONS void GruRowBack(int64_t batch, IN output, IN through, OUT direct, IN z, IN r, IN u, IN hh, IN h, OUT gz,
                               OUT gr, OUT gh, OUT gx) {
  for (int64_t b = 0; b < batch; ++b) {
    const float d = output[b] + direct[b] + through[b];
    const float keep = d * z[b];
    const float dz = d * (h[b] - hh[b]);
    const float p = (d - keep) * (1.0f - hh[b] * hh[b]);
    const float dr = p * u[b];
    gz[b] = dz * z[b] * (1.0f - z[b]);
    gr[b] = dr * r[b] * (1.0f - r[b]);
    gh[b] = p * r[b];
    gx[b] = p;
    direct[b] = keep;
  }
}

FOLIO_VERSIONS void LstmRow(int64_t batch, IN ai, IN af, IN ag, IN ao, IN xi, IN xf, IN xg, IN xo, OUT c, OUT next, OUT i,
                            OUT f, OUT g, OUT o, OUT squashed, OUT before) {
  for (int64_t b = 0; b < batch; ++b) {
    const float ib = Sigmoid(xi[b] + ai[b]);
    const float fb = Sigmoid(xf[b] + af[b]);
    const float gb = Tanh(xg[b] + ag[b]);
    const float ob = Sigmoid(xo[b] + ao[b]);
    const float cb = fb * c[b] + ib * gb;
    const float sb = Tanh(cb);
    before[b] = c[b];
    i[b] = ib;
    f[b] = fb;
    g[b] = gb;
    o[b] = ob;
    squashed[b] = sb;
    c[b] = cb;
    next[b] = ob * sb;
  }
}

FOLIO_VERSIONS void LstmRowBack(int64_t batch, IN output, IN through, OUT later, IN i, IN f, IN g, IN o, IN squashed, IN c,
                                OUT gi, OUT gf, OUT gg, OUT go) {
  for (int64_t b = 0; b < batch; ++b) {
    const float d = output[b] + through[b];
    const float e = later[b] + d * o[b] * (1.0f - squashed[b] * squashed[b]);
    gi[b] = e * g[b] * i[b] * (1.0f - i[b]);
    gf[b] = e * c[b] * f[b] * (1.0f - f[b]);
    gg[b] = e * i[b] * (1.0f - g[b] * g[b]);
    go[b] = d * squashed[b] * o[b] * (1.0f - o[b]);
    later[b] = e * f[b];
  }
}

void Copy(float* to, const float* from, int64_t count) {
  std::memcpy(to, from, static_cast<size_t>(count) * sizeof(float));
}

struct Sizes {
  int64_t units, batch, steps, gates;
  int64_t padded() const { return RoundUp(batch, kColumns); }
  int64_t step() const { return units * batch; }
  int64_t columns() const { return steps * batch; }
};

// What both cells' forward passes write.
struct Forward {
  float* outputs;  // [H, TB] after each step
  float* hidden;   // [H, TB] before each step
  float* final_h;  // [H, B]
  float* final_c;  // [H, B]; LSTM only
  float* saved;    // [T, S, H, B]: GRU z, r, u, candidate; LSTM i, f, g, o, tanh(c), c before
};

// kernel [GH, H]; bias of the GRU's candidate [H] (null for an LSTM); h and (LSTM) c [H, B]
void RunForward(const Sizes& size, const float* kernel, const float* bias, const Input& input, const float* h,
                const float* c, const Forward& out) {
  const bool gru = bias != nullptr;
  const int saved = gru ? 4 : 6;
  const int64_t B = size.batch, P = size.padded(), H = size.units;
  const int count = TeamSize(H);
  // The state before and after a step, rows padded to whole vectors. Two of them: nobody writes what another still reads.
  Buffer state[2] = {Buffer(H * P), Buffer(H * P)};
  for (int64_t row = 0; row < H; ++row) Copy(state[0].data() + row * P, h + row * B, B);
  if (!gru) Copy(out.final_c, c, H * B);
  Barrier barrier(count);

  RunTeam(count, [&](int member) {
    const Share own(H, member, count);
    const int64_t rows = own.size();
    const PackedRows packed(size.gates * rows, H, [&](int64_t row, int64_t k) {
      return kernel[(row / rows * H + own.begin + row % rows) * H + k];
    });
    Buffer product(packed.padded_rows() * P), scratch(4 * P);
    for (int64_t t = 0; t < size.steps; ++t) {
      const float* before = state[t & 1].data();
      float* after = state[(t + 1) & 1].data();
      packed.Multiply(before, P, product.data());
      for (int64_t row = 0; row < rows; ++row) {
        const int64_t unit = own.begin + row;
        const float* a[4];
        const float* x[4];
        for (int64_t g = 0; g < size.gates; ++g) {
          a[g] = product.data() + (g * rows + row) * P;
          x[g] = input.Row(g * H + unit, t, B, scratch.data() + g * P);
        }
        float* s[6];
        for (int k = 0; k < saved; ++k) s[k] = out.saved + ((t * saved + k) * H + unit) * B;
        const float* hb = before + unit * P;
        float* next = after + unit * P;
        if (gru) {
          GruRow(B, a[0], a[1], a[2], x[0], x[1], x[2], bias[unit], hb, next, s[0], s[1], s[2], s[3]);
        } else {
          LstmRow(B, a[0], a[1], a[2], a[3], x[0], x[1], x[2], x[3], out.final_c + unit * B, next, s[0], s[1], s[2], s[3],
                  s[4], s[5]);
        }
        Copy(out.hidden + unit * size.columns() + t * B, hb, B);
        Copy(out.outputs + unit * size.columns() + t * B, next, B);
      }
      barrier.Wait();
    }
    const float* last = state[size.steps & 1].data();
    for (int64_t unit = own.begin; unit < own.end; ++unit) Copy(out.final_h + unit * B, last + unit * P, B);
  });
}

// kernel [GH, H]; gradients of the outputs [H, TB]; hidden [H, TB] and saved as RunForward wrote them
// -> at the recurrent products [GH, TB]; (GRU) at the candidate's input [H, TB]
void RunBackward(const Sizes& size, const float* kernel, const float* output, const float* hidden, const float* saved,
                 float* recurrent, float* candidate) {
  const bool gru = candidate != nullptr;
  const int parts = gru ? 4 : 6;
  const int64_t B = size.batch, P = size.padded(), H = size.units, G = size.gates;
  const int count = TeamSize(H);
  // The gates' gradients of a step, shared; two of them for the same reason as above.
  Buffer gates[2] = {Buffer(G * H * P), Buffer(G * H * P)};
  Barrier barrier(count);

  RunTeam(count, [&](int member) {
    const Share own(H, member, count);
    const int64_t rows = own.size();
    // U [H, GH]: the kernel the other way round.
    const PackedRows packed(rows, G * H, [&](int64_t row, int64_t k) { return kernel[k * H + own.begin + row]; });
    // What a step passes back to the one before: through its product, and directly (GRU: by z, LSTM: by the cell).
    Buffer through(packed.padded_rows() * P), direct(rows * P);
    for (int64_t t = size.steps - 1; t >= 0; --t) {
      float* shared = gates[t & 1].data();
      for (int64_t row = 0; row < rows; ++row) {
        const int64_t unit = own.begin + row;
        const int64_t at = unit * size.columns() + t * B;
        const float* s[6];
        for (int k = 0; k < parts; ++k) s[k] = saved + ((t * parts + k) * H + unit) * B;
        float* g[4];
        for (int64_t k = 0; k < G; ++k) g[k] = shared + (k * H + unit) * P;
        float* back = direct.data() + row * P;
        const float* product = through.data() + row * P;
        if (gru) {
          GruRowBack(B, output + at, product, back, s[0], s[1], s[2], s[3], hidden + at, g[0], g[1], g[2], candidate + at);
        } else {
          LstmRowBack(B, output + at, product, back, s[0], s[1], s[2], s[3], s[4], s[5], g[0], g[1], g[2], g[3]);
        }
        for (int64_t k = 0; k < G; ++k) Copy(recurrent + (k * H + unit) * size.columns() + t * B, g[k], B);
      }
      barrier.Wait();
      if (t > 0) packed.Multiply(shared, P, through.data());
    }
  });
}

// Inputs: kernel [GH, H], h [H, B], table or projected input [GH, width], ids (empty for the projected input), and for a GRU
// the candidate's bias [H, 1], for an LSTM c [H, B].
// Outputs: outputs, hidden, final h, saved, and for an LSTM final c.
void SequenceForward(TF_OpKernelContext* context, bool gru) {
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
  RunForward(size, kernel, gru ? fourth : nullptr, Input{values, width, numbers}, h, gru ? nullptr : fourth, out);
}

// Inputs: kernel [GH, H], gradients of the outputs [H, TB], hidden [H, TB], saved [TS, HB].
// Outputs: at the recurrent products [GH, TB], and for a GRU at the candidate's input [H, TB].
void SequenceBackward(TF_OpKernelContext* context, bool gru) {
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
  if (call.ok()) RunBackward(size, kernel, output, hidden, saved, recurrent, candidate);
}

struct Registration {
  Registration() {
    Register("FolioGruSequence", {"kernel: float", "h: float", "input: float", "ids: int32", "bias: float"},
             {"outputs: float", "hidden: float", "final: float", "saved: float"},
             [](void*, TF_OpKernelContext* context) { SequenceForward(context, true); });
    Register("FolioLstmSequence", {"kernel: float", "h: float", "input: float", "ids: int32", "c: float"},
             {"outputs: float", "hidden: float", "final: float", "saved: float", "cell: float"},
             [](void*, TF_OpKernelContext* context) { SequenceForward(context, false); });
    Register("FolioGruSequenceBackward", {"kernel: float", "gradients: float", "hidden: float", "saved: float"},
             {"recurrent: float", "candidate: float"},
             [](void*, TF_OpKernelContext* context) { SequenceBackward(context, true); });
    Register("FolioLstmSequenceBackward", {"kernel: float", "gradients: float", "hidden: float", "saved: float"},
             {"recurrent: float"}, [](void*, TF_OpKernelContext* context) { SequenceBackward(context, false); });
  }
} registration;

}  // namespace
}  // namespace folio
