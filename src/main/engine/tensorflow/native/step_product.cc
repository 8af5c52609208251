#include "step_product.h"

#include "tile_product.h"
#include "vector_product.h"

namespace folio {

std::unique_ptr<StepProduct> MakeStepProduct(const Kernel& kernel, int64_t batch, bool low) {
  const Level level = ProcessorLevel();
#if FOLIO_BF16_LEVELS
  if (low && level >= kAmx) return std::unique_ptr<StepProduct>(new TileProduct<InTiles<1>>(kernel, batch));
  if (low && level >= kAvx512Bf16) return std::unique_ptr<StepProduct>(new TileProduct<InVectors>(kernel, batch));
  if (!low && level >= kAmx) return std::unique_ptr<StepProduct>(new TileProduct<InTiles<3>>(kernel, batch));
#endif
  if (low) return nullptr;
  return std::unique_ptr<StepProduct>(new VectorProduct(kernel, batch, level));
}

}  // namespace folio
