// Products of bfloat16 numbers in vectors (AVX512_BF16), of factors that are packed as a right factor's tiles are (tiles.h): words of
// two numbers, which follow each other in the inner dimension.

#ifndef FOLIO_WORD_PRODUCT_H_
#define FOLIO_WORD_PRODUCT_H_

#include "tiles.h"

#if FOLIO_BF16_LEVELS
#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace folio {

// out [32, 32] (+)= left [32, 32 depth] x right [32 depth, 32]. A factor holds for each depth two tiles (rows or columns 0-15 and 16-31),
// each of 16 pairs of the inner dimension. `stride` is out's row length. Eight rows at a time are summed in registers.
FOLIO_AVX512_BF16 inline void MultiplyWords(const char* left, const char* right, int64_t depth, bool add, float* out, int64_t stride) {
  constexpr int64_t kRows = 8;
  for (int64_t row = 0; row < 2 * kTileRows; row += kRows, out += kRows * stride) {
    const char* rows = left + row / kTileRows * kTileBytes + row % kTileRows * static_cast<int64_t>(sizeof(uint32_t));
    // A quarter of what lies behind these pieces of both factors, which is multiplied when all of this piece has been.
    const char* next = (row < kTileRows ? left : right) + row / kRows % 2 * kTileBytes + depth * 2 * kTileBytes;
    __m512 first[kRows], second[kRows];
    for (int i = 0; i < kRows; ++i) {
      first[i] = add ? _mm512_loadu_ps(out + i * stride) : _mm512_setzero_ps();
      second[i] = add ? _mm512_loadu_ps(out + i * stride + 16) : _mm512_setzero_ps();
    }
    for (int64_t d = 0; d < depth; ++d) {
      for (int64_t pair = 0; pair < kTileDepth / 2; ++pair) {
        const int64_t at = d * 2 * kTileBytes + pair * 64;
        const __m512bh a = (__m512bh)_mm512_load_si512(right + at);
        const __m512bh b = (__m512bh)_mm512_load_si512(right + at + kTileBytes);
        const char* words = rows + at;
        __builtin_prefetch(next + at, 0, 2);
#pragma GCC unroll 8
        for (int i = 0; i < kRows; ++i) {
          int32_t word;
          std::memcpy(&word, words + i * static_cast<int64_t>(sizeof word), sizeof word);
          const __m512bh weight = (__m512bh)_mm512_set1_epi32(word);
          first[i] = _mm512_dpbf16_ps(first[i], weight, a);
          second[i] = _mm512_dpbf16_ps(second[i], weight, b);
        }
      }
    }
    for (int i = 0; i < kRows; ++i) {
      _mm512_storeu_ps(out + i * stride, first[i]);
      _mm512_storeu_ps(out + i * stride + 16, second[i]);
    }
  }
}

}  // namespace folio

#endif  // FOLIO_BF16_LEVELS
#endif  // FOLIO_WORD_PRODUCT_H_
