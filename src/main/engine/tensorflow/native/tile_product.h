// Step products in bfloat16: in tiles (of three parts: float32; of one: low precision), or (of one) in vectors.

#ifndef FOLIO_TILE_PRODUCT_H_
#define FOLIO_TILE_PRODUCT_H_

#include "product_ways.h"
#include "step_product.h"
#include "tiles.h"

#if FOLIO_BF16_LEVELS

namespace folio {

// A right factor: for each pair of column blocks (32 columns), each depth, each part: two tiles of pairs.
template <int kParts>
class PairedFactor {
 public:
  PairedFactor(int64_t depths, int64_t width) : depths_(depths), width_(width) {}

  int64_t bytes() const { return width_ / 32 * block(); }
  // Of one pair of column blocks.
  int64_t block() const { return depths_ * kParts * 2 * kTileBytes; }

  // 32 rows of the factor: those of one depth.
  void Put(int64_t depth, const float* rows, char* factor) const {
    for (int64_t column = 0; column < width_; column += 16) {
      char* to = factor + column / 32 * block() + depth * kParts * 2 * kTileBytes + column / 16 % 2 * kTileBytes;
      PackColumns<kParts>(rows + column, width_, false, to, 2 * kTileBytes);
    }
  }

 private:
  const int64_t depths_, width_;
};

constexpr int64_t kTileGroup = 32;

// Packs a kernel's tiles, of groups of 32 units: each is one depth of the forward pass's right factor, and one a gate of the backward
// pass's.
class TiledKernel : public StepProduct {
 protected:
  TiledKernel(const Kernel& kernel, int64_t batch) : StepProduct(kernel, kTileGroup, RoundUp(batch, 32)) {}

  // 16 rows of a group x 32 columns, as a left factor's tile, or (turned) as pairs of columns.
  template <int kParts>
  void PackTile(int64_t group, int64_t row, int64_t k, bool turned, char* to) const {
    const int64_t H = kernel_.units, unit = group * kTileGroup + row % kTileGroup, other = k % padded_units();
    if (unit + kTileRows <= H && other + kTileDepth <= H) {
      const int64_t gate = kernel_.turned ? k / padded_units() : row / kTileGroup;
      if (kernel_.turned) {
        return PackColumns<kParts>(kernel_.values + (gate * H + other) * H + unit, H, !turned, to, 2 * kTileBytes);
      }
      return PackRows<kParts>(kernel_.values + (gate * H + unit) * H + other, H, turned, to, 2 * kTileBytes);
    }
    float rows[kTileRows * kTileDepth];
    for (int64_t i = 0; i < kTileRows; ++i) {
      for (int64_t j = 0; j < kTileDepth; ++j) rows[i * kTileDepth + j] = At(group, row + i, k + j);
    }
    PackRows<kParts>(rows, kTileDepth, turned, to, 2 * kTileBytes);
  }
};

template <typename Way>
class TileProduct : public TiledKernel {
 public:
  TileProduct(const Kernel& kernel, int64_t batch)
      : TiledKernel(kernel, batch),
        factor_(inner() / kTileDepth, width()),
        packed_(groups() * kernel.gates_out() * panel_bytes()) {}

  void Pack(int64_t group) override {
    for (int64_t half = 0; half < kernel_.gates_out() * 2; ++half) {
      char* to = packed_.template As<char>() + (group * kernel_.gates_out() + half / 2) * panel_bytes() + half % 2 * kTileBytes;
      for (int64_t k = 0; k < inner(); k += kTileDepth, to += kParts * 2 * kTileBytes) PackTile<kParts>(group, half * 16, k, !Way::kLeftRows, to);
    }
  }

  int64_t FactorBytes() const override { return factor_.bytes(); }

  void Put(int64_t gate, int64_t group, const float* rows, void* factor) const override {
    factor_.Put(gate * groups() + group, rows, static_cast<char*>(factor));
  }

  void Multiply(int64_t group, const void* factor, float* out) const override {
    const int64_t depths = inner() / kTileDepth;
    const int64_t piece = Way::StepDepths(depths);
    for (int64_t gate = 0; gate < kernel_.gates_out(); ++gate) {
      const char* left = packed_.template As<char>() + (group * kernel_.gates_out() + gate) * panel_bytes();
      for (int64_t d = 0; d < depths; d += piece) {
        const int64_t at = d * kParts * 2 * kTileBytes, deep = depths - d < piece ? depths - d : piece;
        for (int64_t column = 0; column < width(); column += 32) {
          const char* right = static_cast<const char*>(factor) + column / 32 * factor_.block();
          Way::Multiply(left + at, right + at, deep, d > 0, out + gate * kTileGroup * width() + column, width());
        }
      }
    }
  }

  void Enter() const override { Way::Begin(); }
  void Leave() const override { Way::End(); }

 private:
  static constexpr int kParts = Way::kParts;
  // 32 rows over the whole inner dimension.
  int64_t panel_bytes() const { return inner() * kTileGroup * kParts * 2; }

  const PairedFactor<kParts> factor_;
  const Block packed_;
};

}  // namespace folio

#endif  // FOLIO_BF16_LEVELS
#endif  // FOLIO_TILE_PRODUCT_H_
