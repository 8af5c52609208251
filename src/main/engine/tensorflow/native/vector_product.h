// Step products in vectors, of any processor.
//
// Kernel after Goto & van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): six rows of the packed matrix times
// a block of columns are accumulated in registers over the whole inner dimension.

#ifndef FOLIO_VECTOR_PRODUCT_H_
#define FOLIO_VECTOR_PRODUCT_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "step_product.h"

namespace folio {

constexpr int64_t kRows = 6;      // rows of a panel
constexpr int64_t kColumns = 16;  // a batch is padded to a multiple of this
// Numbers of the packed matrix that are fetched ahead. It is read once a step and lies in the last cache or in memory; what the
// processor foresees of it ends with each small page.
constexpr int64_t kAhead = 512;

typedef float Vector4 __attribute__((vector_size(16), aligned(4)));
typedef float Vector8 __attribute__((vector_size(32), aligned(4)));
typedef float Vector16 __attribute__((vector_size(64), aligned(4)));

// out[kRows, width] = panel [inner, kRows]^T x b [inner, width], for kCount vectors of columns. `stride` is b's and out's row length.
template <typename Vector, int kCount>
FOLIO_INLINE void Micro(int64_t inner, const float* panel, const float* b, int64_t stride, float* out) {
  constexpr int64_t kLanes = sizeof(Vector) / sizeof(float);
  Vector sum[kRows][kCount];
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kCount; ++j) sum[i][j] = Vector{};
  }
  for (int64_t k = 0; k < inner; ++k) {
    Vector column[kCount];
    __builtin_prefetch(panel + k * kRows + kAhead, 0, 3);
#pragma GCC unroll 4
    for (int j = 0; j < kCount; ++j) column[j] = *reinterpret_cast<const Vector*>(b + k * stride + j * kLanes);
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) {
      const float a = panel[k * kRows + i];
#pragma GCC unroll 4
      for (int j = 0; j < kCount; ++j) sum[i][j] += column[j] * a;
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kCount; ++j) *reinterpret_cast<Vector*>(out + i * stride + j * kLanes) = sum[i][j];
  }
}

// All panels times all columns; kWide vectors at a time, and then narrower. `width` is a multiple of kColumns.
template <typename Vector, int kWide>
FOLIO_INLINE void MultiplyPanels(int64_t panels, int64_t inner, const float* packed, const float* b, int64_t width,
                                 float* out) {
  constexpr int64_t kLanes = sizeof(Vector) / sizeof(float);
  for (int64_t p = 0; p < panels; ++p) {
    const float* panel = packed + p * inner * kRows;
    float* rows = out + p * kRows * width;
    int64_t column = 0;
    for (; column + kWide * kLanes <= width; column += kWide * kLanes) {
      Micro<Vector, kWide>(inner, panel, b + column, width, rows + column);
    }
    for (; column < width; column += kColumns) {
      constexpr int kNarrow = kColumns / kLanes;
      Micro<Vector, kNarrow>(inner, panel, b + column, width, rows + column);
    }
  }
}

#if FOLIO_X86_LEVELS
FOLIO_AVX512 inline void MultiplyV4(int64_t panels, int64_t inner, const float* packed, const float* b, int64_t width,
                                    float* out) {
  MultiplyPanels<Vector16, 4>(panels, inner, packed, b, width, out);
}
FOLIO_AVX2 inline void MultiplyV3(int64_t panels, int64_t inner, const float* packed, const float* b, int64_t width,
                                  float* out) {
  MultiplyPanels<Vector8, 2>(panels, inner, packed, b, width, out);
}
#endif

inline void MultiplyAny(int64_t panels, int64_t inner, const float* packed, const float* b, int64_t width, float* out) {
  MultiplyPanels<Vector4, 4>(panels, inner, packed, b, width, out);
}

// float32 in vectors. A right factor is the plain matrix [inner, width].
class VectorProduct : public StepProduct {
 public:
  VectorProduct(const Kernel& kernel, int64_t batch, Level level)
      : StepProduct(kernel, kGroupUnits, RoundUp(batch, kColumns)),
        level_(level),
        packed_(groups() * panels() * kRows * inner() * static_cast<int64_t>(sizeof(float))) {}

  void Pack(int64_t group) override {
    float* to = packed_.As<float>() + group * panels() * kRows * inner();
    for (int64_t row = 0; row < panels() * kRows; row += kRows, to += kRows * inner()) PackPanel(group, row, to);
  }

  int64_t FactorBytes() const override { return inner() * width() * static_cast<int64_t>(sizeof(float)); }

  void Put(int64_t gate, int64_t group, const float* rows, void* factor) const override {
    float* to = static_cast<float*>(factor) + (gate * padded_units() + group * kGroupUnits) * width();
    std::memcpy(to, rows, static_cast<size_t>(kGroupUnits * width()) * sizeof(float));
  }

  void Multiply(int64_t group, const void* factor, float* out) const override {
    const float* rows = packed_.As<float>() + group * panels() * kRows * inner();
    const float* b = static_cast<const float*>(factor);
#if FOLIO_X86_LEVELS
    if (level_ >= kAvx512) return MultiplyV4(panels(), inner(), rows, b, width(), out);
    if (level_ >= kAvx2) return MultiplyV3(panels(), inner(), rows, b, width(), out);
#endif
    MultiplyAny(panels(), inner(), rows, b, width(), out);
  }

 private:
  static constexpr int64_t kGroupUnits = 12;  // whole panels, for any number of gates; small, so that threads get equal shares
  int64_t panels() const { return kernel_.gates_out() * kGroupUnits / kRows; }

  // Six rows of one gate, from `row` on; all that is beyond the units is zero.
  void PackPanel(int64_t group, int64_t row, float* to) const {
    const int64_t H = kernel_.units, unit = group * kGroupUnits + row % kGroupUnits;
    const int64_t there = std::max<int64_t>(0, std::min(kRows, H - unit));
    if (there < kRows || padded_units() > H) std::memset(to, 0, static_cast<size_t>(kRows * inner()) * sizeof(float));
    if (!kernel_.turned) {
      const float* from = kernel_.values + (row / kGroupUnits * H + unit) * H;
      for (int64_t i = 0; i < there; ++i) {
        for (int64_t k = 0; k < H; ++k) to[k * kRows + i] = from[i * H + k];
      }
      return;
    }
    for (int64_t gate = 0; gate < kernel_.gates; ++gate, to += padded_units() * kRows) {
      const float* from = kernel_.values + gate * H * H + unit;
      for (int64_t k = 0; k < H; ++k) {
        for (int64_t i = 0; i < there; ++i) to[k * kRows + i] = from[k * H + i];
      }
    }
  }

  const Level level_;
  const Block packed_;
};

}  // namespace folio

#endif  // FOLIO_VECTOR_PRODUCT_H_
