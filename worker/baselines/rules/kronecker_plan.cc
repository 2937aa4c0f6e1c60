#include "worker/baselines/rules/kronecker_plan.h"

#include <algorithm>

namespace paceline {
namespace {

size_t SideSize(uint32_t n, uint32_t largest) { return n > largest ? 0 : 2 * SquareSize(n); }

size_t SidesSize(const RuleTensor& tensor, uint32_t largest) {
  return SideSize(tensor.rows, largest) + SideSize(tensor.columns, largest);
}

// Room for the largest array of each kind.
void PlanScratch(const std::vector<RuleTensor>& tensors, uint32_t largest, KroneckerScratch& places,
                 RuleSizes& sizes) {
  size_t matrix = 0, turned = 0;
  uint32_t side = 0;
  for (const RuleTensor& tensor : tensors) {
    const uint32_t longer = std::max(tensor.rows, tensor.columns);
    matrix = std::max(matrix, size_t{tensor.rows} * Padded(tensor.columns));
    turned = std::max(turned, size_t{tensor.columns} * Padded(longer));
    for (const uint32_t n : {tensor.rows, tensor.columns}) {
      if (n <= largest) side = std::max(side, n);
    }
  }
  const auto take = [&](size_t size) {
    sizes.scratch += size;
    return sizes.scratch - size;
  };
  for (size_t& x : places.x) x = take(matrix);
  places.turned = take(turned);
  for (size_t& square : places.squares) square = take(SquareSize(side));
  places.vectors = take(4 * size_t{side});
}

}  // namespace

std::vector<RuleTensor> PlanKronecker(const RuleRequest& request, uint32_t largest,
                                      KroneckerScratch& places, RuleSizes& sizes) {
  std::vector<RuleTensor> tensors = PlainTensors(request);
  for (size_t i = 0; i < tensors.size(); ++i) {
    RuleTensor& tensor = tensors[i];
    tensor.state = sizes.state;
    sizes.state += 2 * tensor.size;
    if (!IsRuleMatrix(request.tensors[i])) continue;
    TakeAsMatrix(tensor);
    const size_t sides = SidesSize(tensor, largest);
    if (sides == 0) tensor.rows = tensor.columns = 0;
    sizes.state += sides;
  }
  PlanScratch(tensors, largest, places, sizes);
  return tensors;
}

}  // namespace paceline
