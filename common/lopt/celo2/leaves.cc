#include "common/lopt/leaves.h"
#include "common/lopt/celo2/family.h"

namespace paceline {

// The first layer's rows in one leaf for each of fourteen groups; all together are its inputs.
std::vector<ThetaLeaf> Celo2Family::Leaves(const Config& config) {
  constexpr int kOutputs = 3;
  constexpr int kInputs = 30;
  constexpr int kGroups[] = {1, 1, 1, 3, 1, 3, 1, 3, 1, 3, 3, 3, 3, 3};
  std::vector<ThetaLeaf> leaves =
      NetworkLeaves({kInputs, config.hidden(), kOutputs, config.layers()}, NumberedNames);
  const ThetaLeaf whole = leaves.front();
  leaves.erase(leaves.begin());
  int number = 0;
  for (const int rows : kGroups) {
    const std::string path = whole.path + "__" + std::to_string(number++);
    leaves.push_back(WeightLeaf(path, {rows, whole.shape[1]}, kInputs));
  }
  return leaves;
}

}  // namespace paceline
