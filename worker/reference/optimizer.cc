#include "worker/reference/optimizer.h"

#include "common/lopt/families.h"
#include "worker/reference/setup.h"

namespace paceline {

std::vector<int64_t> WithRuns(int64_t runs, const std::vector<int64_t>& shape) {
  std::vector<int64_t> result = {runs};
  result.insert(result.end(), shape.begin(), shape.end());
  return result;
}

at::Tensor Beside(const at::Tensor& per_run, const at::Tensor& tensor) {
  std::vector<int64_t> shape(static_cast<size_t>(tensor.dim()), 1);
  shape[0] = per_run.size(0);
  return per_run.view(shape);
}

at::Tensor LeafOf(const at::Tensor& thetas, const ThetaLayout& layout, const std::string& path) {
  const ThetaLeaf& leaf = layout.leaf(path);
  return thetas.narrow(1, static_cast<int64_t>(leaf.offset), static_cast<int64_t>(leaf.size))
      .reshape(WithRuns(thetas.size(0), leaf.shape));
}

std::unique_ptr<ReferenceOptimizer> MakeReferenceOptimizer(
    const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors, int64_t runs,
    const at::TensorOptions& options) {
  const ReferenceSetup setup{config, tensors, runs, options};
  return VisitFamily(config, [&](auto family) { return MakeReference<decltype(family)>(setup); });
}

}  // namespace paceline
