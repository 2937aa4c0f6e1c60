// One outer step: gather, clip, schedule, optimizer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/outer/outer_optimizer.h"
#include "paceline/v1/outer.pb.h"

namespace paceline {

struct OuterStepInfo {
  double gradient_norm = 0;  // of this outer step's gradient, before clipping
  double update_norm = 0;    // of θ_{t+1} − θ_t; 0 in a step that only gathers
  double learning_rate = 0;  // of the newest update: the optimizer's, times the schedule's factor
  int64_t updates = 0;       // done so far: the schedule counts these
};

// A pure function of the gradients it has seen. Not thread-safe.
class OuterTrainer {
 public:
  // `config` is valid (common/config); `leaf_sizes`: of the leaves of θ, their sum is P.
  OuterTrainer(const v1::Outer& config, const std::vector<size_t>& leaf_sizes);

  // Outer steps done.
  int64_t steps() const { return steps_; }
  // θ_t → θ_{t+1} in place; both are [P]. With config.accumulate() = n every n-th step updates, by
  // the mean of n gradients; the others leave θ as it is. InvalidArgument, and nothing changed, if
  // a size or a value of the gradient is impossible. OutOfRange if the update leaves the range of
  // float32: θ is as it was, but the trainer is of no further use.
  absl::StatusOr<OuterStepInfo> Step(std::span<const float> gradient, std::span<float> theta);

  // Everything but the config, as bytes. A trainer restored from them goes on bit for bit.
  std::string Save() const;
  // DataLoss if the bytes are damaged, InvalidArgument if they are of another config; nothing
  // changed.
  absl::Status Restore(std::string_view bytes);

 private:
  // Adds the gradient to sum_; of the last of n, what the optimizer is to see: the mean, clipped.
  std::vector<float> Gather(std::span<const float> gradient);

  v1::Outer config_;
  size_t parameters_;
  int64_t accumulate_;
  int64_t steps_ = 0;
  std::unique_ptr<OuterOptimizer> optimizer_;
  std::vector<float> sum_;  // [P] of the gradients since the last update; empty if n is 1
};

}  // namespace paceline
