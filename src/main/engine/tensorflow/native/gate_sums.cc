// Sums over all steps: of the gates' gradients by character (the gradient of the table that the first layer reads) and of whole rows
// (the biases'), and of squares by character (what Keras's Adam has of an embedding). As products with a one-hot matrix the sums by
// character read as much and multiply by zeros.
//
// Shapes: H units, G gates, TB columns in time order, V vocabulary, E numbers of an embedding.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "buffer.h"
#include "cell_math.h"
#include "kernel_call.h"
#include "team.h"

namespace folio {
namespace {

constexpr int64_t kTogether = 4;  // rows that share the reading of ids

// sums [V, 4] += the columns of four rows, by id.
FOLIO_VERSIONS void AddByCharacter(int64_t columns, const int32_t* __restrict__ ids, IN a, IN b, IN c, IN d, OUT sums) {
  for (int64_t i = 0; i < columns; ++i) {
    float* sum = sums + static_cast<int64_t>(ids[i]) * kTogether;
    sum[0] += a[i];
    sum[1] += b[i];
    sum[2] += c[i];
    sum[3] += d[i];
  }
}

// sums [V, 4] += the squares of the columns of four rows, each the sum of two matrices' (or, without b, of one's), by id.
FOLIO_VERSIONS void AddSquares(int64_t columns, const int32_t* __restrict__ ids, const float* const* a, const float* const* b, OUT sums) {
  for (int64_t i = 0; i < columns; ++i) {
    float* sum = sums + static_cast<int64_t>(ids[i]) * kTogether;
    for (int64_t k = 0; k < kTogether; ++k) {
      const float value = b[k] == nullptr ? a[k][i] : a[k][i] + b[k][i];
      sum[k] += value * value;
    }
  }
}

// In sixteen sums, which are added up in the end: always in the same order, and vectors can do it.
FOLIO_VERSIONS float RowSum(int64_t columns, IN row) {
  float sums[16] = {};
  int64_t i = 0;
  for (; i + 16 <= columns; i += 16) {
    for (int k = 0; k < 16; ++k) sums[k] += row[i + k];
  }
  float sum = 0.0f;
  for (; i < columns; ++i) sum += row[i];
  for (int k = 0; k < 16; ++k) sum += sums[k];
  return sum;
}

// Characters outside of the vocabulary would be written beyond the sums.
void RequireIds(Call& call, const int32_t* ids, int64_t count, int64_t vocabulary) {
  for (int64_t i = 0; call.ok() && i < count; ++i) {
    call.Require(ids[i] >= 0 && ids[i] < vocabulary, "an id is outside of the vocabulary");
  }
}

// Shares groups of four rows out to threads: calls work(group, sums) with the thread's own sums [V, 4], which are zero.
template <typename Work>
void ForRowsTogether(int64_t rows, int64_t vocabulary, Work work) {
  const int64_t groups = RoundUp(rows, kTogether) / kTogether, numbers = vocabulary * kTogether;
  const int count = TeamSize(rows);
  Claims claims(groups, count, 1);
  const int64_t each = RoundUp(numbers, 16);
  Buffer scratches(count * each);
  RunTeam(count, [&](int member) {
    float* sums = scratches.data() + member * each;
    claims.Run(member, 0, [&](int64_t group) {
      std::memset(sums, 0, static_cast<size_t>(numbers) * sizeof(float));
      work(group, sums);
    });
  });
}

// Inputs: gradients at the recurrent products [GH, TB], at a GRU candidate's input [H, TB] (no rows for an LSTM), ids [TB], and a
// vocabulary-sized vector [V]. The last H rows of the projected input are the candidate's.
// Outputs: of the projected input by character [GH, V]; of the projected input, and of the recurrent products, by row [GH].
void GateSums(TF_OpKernelContext* context) {
  Call call(context);
  int64_t rows, columns, own, wide;
  call.Shape(0, &rows, &columns);
  call.Shape(1, &own, &wide);
  const int64_t vocabulary = call.Elements(3);
  call.Require(rows > 0 && columns > 0 && own <= rows && (own == 0 || wide == columns), "gradients of different sizes");
  if (!call.ok()) return;
  const float* recurrent = call.Input(0, rows * columns);
  const float* candidate = call.Input(1, own * wide);
  const int32_t* ids = call.Integers(2, columns);
  RequireIds(call, ids, columns, vocabulary);
  float* table = call.Output(0, rows, vocabulary);
  float* of_input = call.Output(1, rows);
  float* of_recurrent = call.Output(2, rows);
  if (!call.ok()) return;

  const int64_t shared = rows - own;  // rows that both have
  ForRowsTogether(rows, vocabulary, [&](int64_t group, float* sums) {
    const float* input[kTogether];
    for (int64_t i = 0; i < kTogether; ++i) {
      // Rows beyond the last repeat it; what comes of them is not written.
      const int64_t row = group * kTogether + i < rows ? group * kTogether + i : rows - 1;
      input[i] = row < shared ? recurrent + row * columns : candidate + (row - shared) * columns;
    }
    AddByCharacter(columns, ids, input[0], input[1], input[2], input[3], sums);
    for (int64_t i = 0; i < kTogether && group * kTogether + i < rows; ++i) {
      const int64_t row = group * kTogether + i;
      for (int64_t v = 0; v < vocabulary; ++v) table[row * vocabulary + v] = sums[v * kTogether + i];
      of_input[row] = RowSum(columns, input[i]);
      of_recurrent[row] = row < shared ? of_input[row] : RowSum(columns, recurrent + row * columns);
    }
  });
}

// Inputs: a [E, TB], b of the same shape or without elements, ids [TB], and a vocabulary-sized vector [V].
// Output: the squares of a + b, summed by id [V, E].
void SquareSums(TF_OpKernelContext* context) {
  Call call(context);
  int64_t rows, columns, others, wide;
  call.Shape(0, &rows, &columns);
  call.Shape(1, &others, &wide);
  const int64_t vocabulary = call.Elements(3);
  call.Require(rows > 0 && columns > 0, "a matrix without elements");
  call.Require(others == 0 || (others == rows && wide == columns), "matrices of different sizes");
  if (!call.ok()) return;
  const float* first = call.Input(0, rows * columns);
  const float* second = others > 0 ? call.Input(1, others * wide) : nullptr;
  const int32_t* ids = call.Integers(2, columns);
  RequireIds(call, ids, columns, vocabulary);
  float* out = call.Output(0, vocabulary, rows);
  if (!call.ok()) return;

  ForRowsTogether(rows, vocabulary, [&](int64_t group, float* sums) {
    const float* a[kTogether];
    const float* b[kTogether];
    for (int64_t i = 0; i < kTogether; ++i) {
      const int64_t row = std::min(group * kTogether + i, rows - 1);  // as above
      a[i] = first + row * columns;
      b[i] = second == nullptr ? nullptr : second + row * columns;
    }
    AddSquares(columns, ids, a, b, sums);
    for (int64_t v = 0; v < vocabulary; ++v) {
      float* to = out + v * rows + group * kTogether;
      for (int64_t i = 0; i < kTogether && group * kTogether + i < rows; ++i) to[i] = sums[v * kTogether + i];
    }
  });
}

struct Registration {
  Registration() {
    Register<&SquareSums>("FolioSquareSums", {"a: float", "b: float", "ids: int32", "like: float"}, {"sums: float"});
    Register<&GateSums>("FolioGateSums", {"recurrent: float", "candidate: float", "ids: int32", "like: float"},
                        {"table: float", "input: float", "products: float"});
  }
} registration;

}  // namespace
}  // namespace folio
