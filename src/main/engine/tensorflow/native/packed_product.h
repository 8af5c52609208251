// A matrix that is multiplied by many small ones in turn: packed once, so that every product reads it from front to back.
//
// Kernel after Goto & van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): six rows of the matrix times a
// block of columns are accumulated in registers over the whole inner dimension. Every number of a result is summed in the same
// order whatever the number of threads.

#ifndef FOLIO_PACKED_PRODUCT_H_
#define FOLIO_PACKED_PRODUCT_H_

#include <cstdint>
#include <cstdlib>
#include <new>

// On x86 a function is compiled for several levels of processor, and the best is taken when it is called.
#if defined(__x86_64__) && defined(__GNUC__)
#define FOLIO_X86_LEVELS 1
#define FOLIO_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))
#define FOLIO_AVX2 __attribute__((target("avx2,fma,f16c")))
#else
#define FOLIO_X86_LEVELS 0
#endif
#define FOLIO_INLINE static inline __attribute__((always_inline))

namespace folio {

// Numbers aligned to a cache line.
class Buffer {
 public:
  explicit Buffer(int64_t count) {
    if (posix_memalign(reinterpret_cast<void**>(&data_), 64, static_cast<size_t>(count) * sizeof(float)) != 0) {
      throw std::bad_alloc();
    }
    for (int64_t i = 0; i < count; ++i) data_[i] = 0.0f;
  }
  ~Buffer() { std::free(data_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  float* data() { return data_; }
  const float* data() const { return data_; }

 private:
  float* data_ = nullptr;
};

constexpr int64_t kRows = 6;      // rows of a panel
constexpr int64_t kColumns = 16;  // a batch is padded to a multiple of this

#if FOLIO_X86_LEVELS
inline bool HasAvx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
inline bool HasAvx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#endif

inline int64_t RoundUp(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

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

// Some rows of a matrix [rows, inner], padded with zero rows to whole panels.
class PackedRows {
 public:
  // `element(row, k)` gives the numbers.
  template <typename Element>
  PackedRows(int64_t rows, int64_t inner, Element element)
      : panels_(RoundUp(rows, kRows) / kRows), inner_(inner), data_(panels_ * kRows * inner) {
    for (int64_t p = 0; p < panels_; ++p) {
      for (int64_t k = 0; k < inner; ++k) {
        for (int64_t i = 0; i < kRows; ++i) {
          const int64_t row = p * kRows + i;
          data_.data()[(p * inner + k) * kRows + i] = row < rows ? element(row, k) : 0.0f;
        }
      }
    }
  }

  int64_t padded_rows() const { return panels_ * kRows; }

  // out [padded_rows, width] = these rows x b [inner, width].
  void Multiply(const float* b, int64_t width, float* out) const {
#if FOLIO_X86_LEVELS
    if (HasAvx512()) return MultiplyV4(panels_, inner_, data_.data(), b, width, out);
    if (HasAvx2()) return MultiplyV3(panels_, inner_, data_.data(), b, width, out);
#endif
    MultiplyAny(panels_, inner_, data_.data(), b, width, out);
  }

 private:
  int64_t panels_;
  int64_t inner_;
  Buffer data_;
};

}  // namespace folio

#endif  // FOLIO_PACKED_PRODUCT_H_
