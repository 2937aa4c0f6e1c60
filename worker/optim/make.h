// MakeOptimizer's parts: one function per family, for a chosen instruction set's kernels.
#pragma once

#include <memory>
#include <vector>

#include "common/lane/dispatch.h"
#include "common/lopt/layout.h"
#include "worker/optim/kernels.h"
#include "worker/optim/optimizer.h"

namespace paceline {

const OptimKernels& KernelsOf(lane::Target target);

// The processor must be able to run `target`.
std::unique_ptr<Optimizer> MakeOptimizerFor(const v1::LearnedOptimizer& config,
                                            const std::vector<ParameterTensor>& tensors,
                                            lane::Target target);

std::unique_ptr<Optimizer> MakeLearnableSgd(ThetaLayout layout, size_t parameters,
                                            const OptimKernels& kernels);
std::unique_ptr<Optimizer> MakeLearnableSgdm(ThetaLayout layout, size_t parameters,
                                             const OptimKernels& kernels);
std::unique_ptr<Optimizer> MakeLearnableAdam(ThetaLayout layout, size_t parameters,
                                             const OptimKernels& kernels);
std::unique_ptr<Optimizer> MakeMlpLopt(ThetaLayout layout, const v1::MlpLopt& config,
                                       const std::vector<ParameterTensor>& tensors,
                                       const OptimKernels& kernels);
std::unique_ptr<Optimizer> MakeAdafacMlp(ThetaLayout layout, const v1::AdafacMlp& config,
                                         const std::vector<ParameterTensor>& tensors,
                                         const OptimKernels& kernels);

}  // namespace paceline
