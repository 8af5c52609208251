// The ways to multiply blocks of bfloat16 numbers: in tiles, and in vectors. Products are written once, for any of them.

#ifndef FOLIO_PRODUCT_WAYS_H_
#define FOLIO_PRODUCT_WAYS_H_

#include "tiles.h"
#include "word_product.h"

#if FOLIO_BF16_LEVELS

namespace folio {

// Each way has: the parts of a number; whether a left factor's tiles have rows, or it is packed as a right one is; the depths that are
// multiplied at a time, of large products and of a step's, so that pieces of both factors stay in the nearest caches; what every thread
// calls before its first product and after its last; and out [32, 32] (+)= left x right, as in tiles.h.
template <int kOfNumber>
struct InTiles {
  static constexpr int kParts = kOfNumber;
  static constexpr bool kLeftRows = true;
  static constexpr int64_t kDepths = 4;
  static int64_t StepDepths(int64_t depths) { return depths > 32 && kParts > 1 ? 2 : depths; }
  static void Begin() { BeginTiles(); }
  static void End() { EndTiles(); }
  static void Multiply(const char* left, const char* right, int64_t depth, bool add, float* out, int64_t stride) {
    MultiplyTiles<kParts>(left, right, depth, add, out, stride);
  }
};

struct InVectors {
  static constexpr int kParts = 1;
  static constexpr bool kLeftRows = false;
  static constexpr int64_t kDepths = 8;
  static int64_t StepDepths(int64_t) { return kDepths; }
  static void Begin() {}
  static void End() {}
  static void Multiply(const char* left, const char* right, int64_t depth, bool add, float* out, int64_t stride) {
    MultiplyWords(left, right, depth, add, out, stride);
  }
};

}  // namespace folio

#endif  // FOLIO_BF16_LEVELS
#endif  // FOLIO_PRODUCT_WAYS_H_
