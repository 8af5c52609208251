// A recurrent kernel kept as float16, for products with the states of one stream or of a few. One stream reads every weight once and
// computes next to nothing, so half the bytes are half the time. A float16 keeps 11 significant bits; sums are float32. Where a
// processor cannot convert them the weights stay float32.
//
// Units are counted in groups of 16, a vector. A group's weights lie together: for each number of the inner dimension, for each gate, those
// of the 16 units. So a vector of weights is converted once, multiplied by that number of every stream's state, and added to the units'
// sums: nothing is summed across a vector, and every unit's sum runs from the first number to the last whatever the number of streams.

#ifndef FOLIO_HALF_GROUPS_H_
#define FOLIO_HALF_GROUPS_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "buffer.h"
#include "levels.h"

#if FOLIO_X86_LEVELS
#include <immintrin.h>
#endif

namespace folio {

constexpr int64_t kGroup = 16;  // units

// Every processor with AVX2 has F16C.
inline bool CanConvertHalves() { return ProcessorLevel() >= kAvx2; }

// Floats of storage that `count` numbers (an even number) take.
inline int64_t HalfStorage(int64_t count) { return CanConvertHalves() ? count / 2 : count; }

// A kernel as it is stored. Units beyond the last have weights of zero.
struct HalfKernel {
  int64_t units, gates;
  int64_t groups() const { return RoundUp(units, kGroup) / kGroup; }
  int64_t group_numbers() const { return units * gates * kGroup; }
  int64_t group_storage() const { return HalfStorage(group_numbers()); }
  // Where a weight is in its group.
  int64_t Place(int64_t gate, int64_t unit, int64_t k) const { return (k * gates + gate) * kGroup + unit; }
};

// What groups are multiplied by, and where their products go: a unit's next to those of the units before and after it, those of the next
// gate and of the next stream so many numbers further.
struct HalfProducts {
  const float* states;  // [streams, units]
  int64_t streams;
  float* out;
  int64_t gate_stride, stream_stride;
};

#if FOLIO_X86_LEVELS
__attribute__((target("f16c"))) inline void ToHalves(const float* from, int64_t count, float* storage) {
  uint16_t* to = reinterpret_cast<uint16_t*>(storage);
  for (int64_t i = 0; i < count; ++i) to[i] = _cvtss_sh(from[i], _MM_FROUND_TO_NEAREST_INT);
}

// Of kCount groups kVectors gates, for kStreams streams: at most 24 sums, because there are 32 registers.
template <int kVectors, int kStreams, int kCount>
FOLIO_AVX512 inline void SumHalvesV4(const HalfKernel& kernel, const uint16_t* weights, const HalfProducts& products) {
  const int64_t units = kernel.units, turn = kernel.gates * kGroup, group = kernel.group_numbers();
  const float* states = products.states;
  __m512 sums[kCount][kVectors][kStreams];
  for (int g = 0; g < kCount; ++g) {
    for (int v = 0; v < kVectors; ++v) {
      for (int s = 0; s < kStreams; ++s) sums[g][v][s] = _mm512_setzero_ps();
    }
  }
  for (int64_t k = 0; k < units; ++k, weights += turn) {
    __m512 weight[kCount][kVectors];
#pragma GCC unroll 2
    for (int g = 0; g < kCount; ++g) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        weight[g][v] = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights + g * group + v * kGroup)));
      }
    }
#pragma GCC unroll 8
    for (int s = 0; s < kStreams; ++s) {
      const __m512 state = _mm512_set1_ps(states[s * units + k]);
#pragma GCC unroll 2
      for (int g = 0; g < kCount; ++g) {
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) sums[g][v][s] = _mm512_fmadd_ps(weight[g][v], state, sums[g][v][s]);
      }
    }
  }
  for (int g = 0; g < kCount; ++g) {
    for (int v = 0; v < kVectors; ++v) {
      for (int s = 0; s < kStreams; ++s) {
        _mm512_storeu_ps(products.out + s * products.stream_stride + v * products.gate_stride + g * kGroup, sums[g][v][s]);
      }
    }
  }
}

// The same with half a group's units in a vector, of one group.
template <int kVectors, int kStreams>
FOLIO_AVX2 inline void SumHalvesV3(const HalfKernel& kernel, const uint16_t* weights, const HalfProducts& products) {
  const int64_t units = kernel.units, turn = kernel.gates * kGroup;
  const float* states = products.states;
  __m256 sums[2 * kVectors][kStreams];
  for (int v = 0; v < 2 * kVectors; ++v) {
    for (int s = 0; s < kStreams; ++s) sums[v][s] = _mm256_setzero_ps();
  }
  for (int64_t k = 0; k < units; ++k, weights += turn) {
#pragma GCC unroll 8
    for (int v = 0; v < 2 * kVectors; ++v) {
      const __m256 weight = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(weights + v * 8)));
#pragma GCC unroll 2
      for (int s = 0; s < kStreams; ++s) sums[v][s] = _mm256_fmadd_ps(weight, _mm256_set1_ps(states[s * units + k]), sums[v][s]);
    }
  }
  for (int v = 0; v < 2 * kVectors; ++v) {
    for (int s = 0; s < kStreams; ++s) {
      _mm256_storeu_ps(products.out + s * products.stream_stride + v / 2 * products.gate_stride + v % 2 * 8, sums[v][s]);
    }
  }
}

// All gates: of four, and more than six streams, two at a time.
template <int kStreams, int kCount>
FOLIO_AVX512 inline void AllGatesV4(const HalfKernel& kernel, const uint16_t* weights, HalfProducts products) {
  if (kernel.gates == 3) return SumHalvesV4<3, kStreams, kCount>(kernel, weights, products);
  constexpr int kVectors = kStreams <= 6 ? 4 : 2;
  for (int64_t gate = 0; gate < 4; gate += kVectors, weights += kVectors * kGroup, products.out += kVectors * products.gate_stride) {
    SumHalvesV4<kVectors, kStreams, kCount>(kernel, weights, products);
  }
}

template <int kStreams>
FOLIO_AVX2 inline void AllGatesV3(const HalfKernel& kernel, const uint16_t* weights, HalfProducts products) {
  if (kernel.gates == 3) return SumHalvesV3<3, kStreams>(kernel, weights, products);
  SumHalvesV3<2, kStreams>(kernel, weights, products);
  products.out += 2 * products.gate_stride;
  SumHalvesV3<2, kStreams>(kernel, weights + 2 * kGroup, products);
}

inline void MultiplyHalvesV4(const HalfKernel& kernel, const uint16_t* weights, int64_t count, HalfProducts products) {
  switch (products.streams) {
    case 1:
      // An addition waits for the one before it: a stream has too few sums in one group.
      if (count == 2) return AllGatesV4<1, 2>(kernel, weights, products);
      return AllGatesV4<1, 1>(kernel, weights, products);
    case 2: return AllGatesV4<2, 1>(kernel, weights, products);
    case 3: return AllGatesV4<3, 1>(kernel, weights, products);
    case 4: return AllGatesV4<4, 1>(kernel, weights, products);
    case 5: return AllGatesV4<5, 1>(kernel, weights, products);
    case 6: return AllGatesV4<6, 1>(kernel, weights, products);
    case 7: return AllGatesV4<7, 1>(kernel, weights, products);
    default: return AllGatesV4<8, 1>(kernel, weights, products);
  }
}
#endif

// Any processor, with weights of float32.
inline void SumAny(const HalfKernel& kernel, const float* weights, const HalfProducts& products) {
  for (int64_t s = 0; s < products.streams; ++s) {
    const float* state = products.states + s * kernel.units;
    for (int64_t gate = 0; gate < kernel.gates; ++gate) {
      float sums[kGroup] = {};
      for (int64_t k = 0; k < kernel.units; ++k) {
        for (int64_t i = 0; i < kGroup; ++i) sums[i] += weights[kernel.Place(gate, i, k)] * state[k];
      }
      std::memcpy(products.out + s * products.stream_stride + gate * products.gate_stride, sums, sizeof sums);
    }
  }
}

constexpr int64_t kGroupsTogether = 2;

// The products of one or two groups, from the first one's storage on.
inline void MultiplyHalves(const HalfKernel& kernel, const float* storage, int64_t count, HalfProducts products, Level level) {
  const int64_t streams = products.streams, most = level >= kAvx512 ? 8 : level >= kAvx2 ? 2 : streams;
  for (int64_t s = 0; s < streams; s += most) {
    products.streams = std::min(most, streams - s);
#if FOLIO_X86_LEVELS
    const uint16_t* halves = reinterpret_cast<const uint16_t*>(storage);
    if (level >= kAvx512 && products.streams == 1) {
      MultiplyHalvesV4(kernel, halves, count, products);
    } else
#endif
    {
      HalfProducts one = products;
      for (int64_t g = 0; g < count; ++g, one.out += kGroup) {
#if FOLIO_X86_LEVELS
        if (level >= kAvx512) {
          MultiplyHalvesV4(kernel, halves + g * kernel.group_numbers(), 1, one);
          continue;
        }
        if (level >= kAvx2) {
          const uint16_t* weights = halves + g * kernel.group_numbers();
          if (one.streams == 2) AllGatesV3<2>(kernel, weights, one);
          else AllGatesV3<1>(kernel, weights, one);
          continue;
        }
#endif
        SumAny(kernel, storage + g * kernel.group_numbers(), one);
      }
    }
    products.states += most * kernel.units;
    products.out += most * products.stream_stride;
  }
}

}  // namespace folio

#endif  // FOLIO_HALF_GROUPS_H_
