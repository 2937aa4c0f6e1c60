// Makes the hand-designed optimizers of common/baseline.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "common/baseline/setting.h"
#include "common/lane/dispatch.h"
#include "common/lopt/tensor.h"
#include "worker/optim/optimizer.h"

namespace paceline {

// Its θ is empty: all that it needs is in the setting. The tensors follow one another in the flat
// vector. Errors: those of CheckBaseline; InvalidArgument for a tensor of more than eight axes.
// The processor must be able to run `target`; all targets give the same bits.
absl::StatusOr<std::unique_ptr<Optimizer>> MakeBaseline(const v1::BaselineSetting& setting,
                                                        const std::vector<ParameterTensor>& tensors,
                                                        lane::Target target = lane::ActiveTarget());

// The same text over doubles, to measure float32 by. Calls are those of Optimizer.
class DoubleBaseline {
 public:
  virtual ~DoubleBaseline() = default;
  virtual size_t state_size() const = 0;
  virtual size_t scratch_size() const = 0;
  virtual void InitState(std::span<double> state) const = 0;
  virtual void Update(int64_t iteration, int64_t num_steps, const double* gradient,
                      std::span<double> parameters, std::span<double> state,
                      std::span<double> scratch) const = 0;
  virtual void Finish(std::span<const double> state, std::span<double> parameters) const = 0;
};

// Errors as above; Unimplemented for rules that take matrices, whose products are of float32 alone.
absl::StatusOr<std::unique_ptr<DoubleBaseline>> MakeDoubleBaseline(
    const v1::BaselineSetting& setting, const std::vector<ParameterTensor>& tensors);

}  // namespace paceline
