#include "common/lopt/leaves.h"
#include "common/lopt/features.h"

namespace paceline {

std::vector<ThetaLeaf> MlpLoptLeaves(const v1::MlpLopt& config) {
  return NetworkLeaves({RowsOf(config).count, config.hidden(), 2, config.layers()},
                       [](const std::string& i) {
                         return std::pair("mlp/~/linear_" + i + "/w", "mlp/~/linear_" + i + "/b");
                       });
}

}  // namespace paceline
