#include "common/lopt/leaves.h"
#include "common/lopt/features.h"
#include "common/lopt/mlp_lopt/family.h"

namespace paceline {

std::vector<ThetaLeaf> MlpLoptFamily::Leaves(const Config& config) {
  return NetworkLeaves({RowsOf(config).count, config.hidden(), 2, config.layers()},
                       [](const std::string& i) {
                         return std::pair("mlp/~/linear_" + i + "/w", "mlp/~/linear_" + i + "/b");
                       });
}

}  // namespace paceline
