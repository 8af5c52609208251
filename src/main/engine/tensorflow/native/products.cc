// Large matrix products in bfloat16. In tiles (tiles.h): float32 as sums of parts, or of factors rounded to bfloat16; in vectors
// (word_product.h): the latter. They are rounded as they are packed, so nothing is read or written for it. Elsewhere TensorFlow's own
// products are as fast as the processor allows.
//
// Blocked after Goto & van de Geijn (2008): the right factor is packed once; each thread packs a block of rows of the left one,
// and multiplies it piece by piece, so that pieces of both factors and a block of the result stay in its caches. Every number is summed in
// the same order whatever the number of threads.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "buffer.h"
#include "kernel_call.h"
#include "product_ways.h"
#include "team.h"
#include "tiles.h"

namespace folio {
namespace {

#if FOLIO_BF16_LEVELS

// A factor as it lies in memory. `deep` tells whether its rows run along the inner dimension.
struct Factor {
  const float* values;
  int64_t wide;   // M or N
  int64_t inner;  // K
  bool deep;

  float At(int64_t w, int64_t k) const { return deep ? values[w * inner + k] : values[k * wide + w]; }

  // Begins to fetch 32 x 32 numbers from (w, k) on.
  void Fetch(int64_t w, int64_t k) const {
    for (int64_t i = 0; i < 32; ++i) {
      const int64_t row = (deep ? w : k) + i;
      if (row < (deep ? wide : inner)) Prefetch(values + row * (deep ? inner : wide) + (deep ? k : w), 32);
    }
  }
};

// Packs 16 (of M or N) x 32 (of K) numbers from (w, k) on: as `rows` of a tile, or as its columns.
template <int kParts>
void PackTile(const Factor& factor, int64_t w, int64_t k, bool rows, char* to) {
  if (w + 16 <= factor.wide && k + kTileDepth <= factor.inner) {
    if (factor.deep) return PackRows<kParts>(factor.values + w * factor.inner + k, factor.inner, !rows, to, 2 * kTileBytes);
    return PackColumns<kParts>(factor.values + k * factor.wide + w, factor.wide, rows, to, 2 * kTileBytes);
  }
  float numbers[16 * kTileDepth] = {};
  for (int64_t i = 0; i < 16 && w + i < factor.wide; ++i) {
    for (int64_t j = 0; j < kTileDepth && k + j < factor.inner; ++j) numbers[i * kTileDepth + j] = factor.At(w + i, k + j);
  }
  PackRows<kParts>(numbers, kTileDepth, !rows, to, 2 * kTileBytes);
}

constexpr int64_t kAhead = 3;

// Packs 32 rows or columns from w on, over the whole inner dimension.
template <int kParts>
void PackPanel(const Factor& factor, int64_t w, int64_t depths, bool rows, char* to) {
  for (int64_t d = 0; d < depths; ++d, to += kParts * 2 * kTileBytes) {
    // Far apart in memory, so the processor does not foresee them.
    if (d + kAhead < depths) factor.Fetch(w, (d + kAhead) * kTileDepth);
    PackTile<kParts>(factor, w, d * kTileDepth, rows, to);
    PackTile<kParts>(factor, w + 16, d * kTileDepth, rows, to + kTileBytes);
  }
}

struct Size {
  int64_t M, N;
};

// A block's 32 x 32 numbers as columns of `out`, whose rows are `stride` long.
FOLIO_AVX512_BF16 void TurnBlock(const float* sums, float* out, int64_t stride) {
  for (int64_t row = 0; row < 32; row += 16) {
    for (int64_t column = 0; column < 32; column += 16) {
      __m512i words[16];
      for (int i = 0; i < 16; ++i) words[i] = _mm512_loadu_si512(sums + (row + i) * 32 + column);
      TransposeWords(words);
      for (int i = 0; i < 16; ++i) _mm512_storeu_si512(out + (column + i) * stride + row, words[i]);
    }
  }
}

// Rows [begin, end) and columns [first, last) of the product from blocks of 32 x 32 numbers; `turned` writes rows as columns.
void Unpack(const float* sums, int64_t begin, int64_t end, int64_t first, int64_t last, const Size& size, bool turned, float* out) {
  for (int64_t m = begin; m < end; m += 32) {
    for (int64_t n = first; n < last; n += 32, sums += 32 * 32) {
      const int64_t rows = std::min<int64_t>(32, end - m), columns = std::min<int64_t>(32, last - n);
      if (turned && rows == 32 && columns == 32) {
        TurnBlock(sums, out + n * size.M + m, size.M);
        continue;
      }
      for (int64_t j = 0; turned && j < columns; ++j) {
        for (int64_t i = 0; i < rows; ++i) out[(n + j) * size.M + m + i] = sums[i * 32 + j];
      }
      for (int64_t i = 0; !turned && i < rows; ++i) {
        std::memcpy(out + (m + i) * size.N + n, sums + i * 32, static_cast<size_t>(columns) * sizeof(float));
      }
    }
  }
}

constexpr int64_t kAcross = 256;  // columns of a block of the result
constexpr int64_t kLeftBytes = int64_t{12} << 20;  // of a thread's block of the left factor, unless 32 rows take more

// out [M, N] = left [M, K] x right [K, N], or (turned) its transpose. The left factor should be the larger one.
template <typename Way>
void MultiplyLarge(const Factor& left, const Factor& right, bool turned, float* out) {
  constexpr int kParts = Way::kParts;
  const int64_t M = left.wide, N = right.wide;
  const int64_t depths = RoundUp(left.inner, kTileDepth) / kTileDepth, columns = RoundUp(N, 32);
  const int count = TeamSize(RoundUp(M, 32));
  const int64_t depth = kParts * 2 * kTileBytes, panel = depths * depth;
  // Rows of a block: enough of them to read the right factor seldom, and enough blocks for everybody.
  const int64_t most = std::min<int64_t>(256, kLeftBytes / panel * 32);
  const int64_t rows = std::max<int64_t>(32, std::min(most, RoundUp(M / (4 * count), 32)));
  const int64_t blocks = RoundUp(M, rows) / rows;
  const Block packed(columns / 32 * panel);
  const Block lefts(count * rows / 32 * panel);
  const Block sums(count * rows * kAcross * static_cast<int64_t>(sizeof(float)));
  Claims packing(columns / 32, count, 1), claims(blocks, count, 1);
  Barrier barrier(count);

  RunTeam(count, [&](int member) {
    Way::Begin();
    packing.Run(member, 0, [&](int64_t n) { PackPanel<kParts>(right, n * 32, depths, false, packed.As<char>() + n * panel); });
    barrier.Wait();
    char* own = lefts.As<char>() + member * (rows / 32 * panel);
    float* sum = sums.As<float>() + member * rows * kAcross;
    claims.Run(member, 0, [&](int64_t block) {
      const int64_t begin = block * rows, end = std::min(M, begin + rows);
      const int64_t panels = RoundUp(end - begin, 32) / 32;
      for (int64_t p = 0; p < panels; ++p) PackPanel<kParts>(left, begin + p * 32, depths, Way::kLeftRows, own + p * panel);
      for (int64_t first = 0; first < columns; first += kAcross) {
        const int64_t last = std::min(columns, first + kAcross);
        for (int64_t d = 0; d < depths; d += Way::kDepths) {
          const int64_t deep = std::min(Way::kDepths, depths - d);
          for (int64_t n = first; n < last; n += 32) {
            const char* from = packed.As<char>() + n / 32 * panel + d * depth;
            for (int64_t p = 0; p < panels; ++p) {
              // Blocks of the result lie together: rows a power of two apart would push each other out of the cache.
              float* to = sum + (p * (last - first) + n - first) * 32;
              Way::Multiply(own + p * panel + d * depth, from, deep, d > 0, to, 32);
            }
          }
        }
        Unpack(sum, begin, end, first, std::min(N, last), {M, N}, turned, out);
      }
    });
    Way::End();
  });
}

#endif

// Inputs: a, b, and flags: 1 a is transposed, 2 b is transposed, 4 low precision. Output: their product.
void MatMul(TF_OpKernelContext* context) {
  Call call(context);
  int64_t a_rows, a_columns, b_rows, b_columns;
  call.Shape(0, &a_rows, &a_columns);
  call.Shape(1, &b_rows, &b_columns);
  const int32_t* flags = call.Integers(2, 1);
  if (!call.ok()) return;
  const bool turned_a = (*flags & 1) != 0, turned_b = (*flags & 2) != 0;
  const int64_t M = turned_a ? a_columns : a_rows, K = turned_a ? a_rows : a_columns, N = turned_b ? b_rows : b_columns;
  call.Require(M > 0 && N > 0 && K > 0 && (turned_b ? b_columns : b_rows) == K, "the factors' inner dimensions differ");
  const bool low = (*flags & 4) != 0;
  const Level level = ProcessorLevel();
  call.Require(level >= (low ? kAvx512Bf16 : kAmx), low ? "this processor does not multiply bfloat16" : "this processor has no tiles");
  if (!call.ok()) return;
#if FOLIO_BF16_LEVELS
  const float* a = call.Input(0, M * K);
  const float* b = call.Input(1, K * N);
  float* out = call.Output(0, M, N);
  if (!call.ok()) return;
  const Factor left{a, M, K, !turned_a}, right{b, N, K, turned_b};
  // (left x right)^T = right^T x left^T: the one that is packed as a whole is the smaller.
  const bool turned = M < N;
  const Factor& first = turned ? right : left;
  const Factor& second = turned ? left : right;
  if (low && level < kAmx) return MultiplyLarge<InVectors>(first, second, turned, out);
  if (low) return MultiplyLarge<InTiles<1>>(first, second, turned, out);
  MultiplyLarge<InTiles<3>>(first, second, turned, out);
#endif
}

// Output: the level of this processor (levels.h), as one number.
void NativeLevel(TF_OpKernelContext* context) {
  Call call(context);
  float* level = call.Output(0, 1, 1);
  if (call.ok()) *level = static_cast<float>(ProcessorLevel());
}

struct Registration {
  Registration() {
    Register<&MatMul>("FolioMatMul", {"a: float", "b: float", "flags: int32"}, {"product: float"});
    Register<&NativeLevel>("FolioLevel", {}, {"level: float"});
  }
} registration;

}  // namespace
}  // namespace folio
