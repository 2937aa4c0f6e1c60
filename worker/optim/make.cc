#include "worker/optim/make.h"

#include <cstdio>
#include <cstdlib>

namespace paceline {
namespace {

size_t ParameterCount(const std::vector<ParameterTensor>& tensors) {
  size_t count = 0;
  for (const ParameterTensor& tensor : tensors) count += tensor.size;
  return count;
}

}  // namespace

const OptimKernels& KernelsOf(lane::Target target) {
  switch (target) {
    case lane::Target::kScalar:
      break;
    case lane::Target::kAvx2:
      return simd_Avx2::Kernels();
    case lane::Target::kAvx512:
      return simd_Avx512::Kernels();
  }
  return simd_Scalar::Kernels();
}

std::unique_ptr<Optimizer> MakeOptimizerFor(const v1::LearnedOptimizer& config,
                                            const std::vector<ParameterTensor>& tensors,
                                            lane::Target target) {
  const OptimKernels& kernels = KernelsOf(target);
  switch (config.kind_case()) {
    case v1::LearnedOptimizer::kLearnableSgd:
      return MakeLearnableSgd(LayoutOf(config), ParameterCount(tensors), kernels);
    case v1::LearnedOptimizer::kLearnableSgdm:
      return MakeLearnableSgdm(LayoutOf(config), ParameterCount(tensors), kernels);
    case v1::LearnedOptimizer::kLearnableAdam:
      return MakeLearnableAdam(LayoutOf(config), ParameterCount(tensors), kernels);
    case v1::LearnedOptimizer::kMlpLopt:
      return MakeMlpLopt(LayoutOf(config), config.mlp_lopt(), tensors, kernels);
    case v1::LearnedOptimizer::kAdafacMlp:
      return MakeAdafacMlp(LayoutOf(config), config.adafac_mlp(), tensors, kernels);
    case v1::LearnedOptimizer::KIND_NOT_SET:
      break;
  }
  std::fprintf(stderr, "a learned optimizer of no kind cannot be made\n");
  std::abort();
}

std::unique_ptr<Optimizer> MakeOptimizer(const v1::LearnedOptimizer& config,
                                         const std::vector<ParameterTensor>& tensors,
                                         Arithmetic arithmetic) {
  return MakeOptimizerFor(
      config, tensors,
      arithmetic == Arithmetic::kSimd ? lane::ActiveTarget() : lane::Target::kScalar);
}

}  // namespace paceline
