// One outer update: clip, schedule, optimizer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/outer/outer_optimizer.h"
#include "paceline/v1/config.pb.h"

namespace paceline {

struct OuterStepInfo {
  double gradient_norm = 0;  // before clipping
  double update_norm = 0;    // of θ_{t+1} − θ_t
  double learning_rate = 0;  // of the optimizer, times the schedule's factor
};

// A pure function of the gradients it has seen. Not thread-safe.
class OuterTrainer {
 public:
  // `config` is valid (common/config); `parameters` is P.
  OuterTrainer(const v1::Outer& config, size_t parameters);

  // Updates done.
  int64_t steps() const { return steps_; }
  // θ_t → θ_{t+1} in place; both are [P]. InvalidArgument, and nothing changed, if a size or a
  // value of the gradient is impossible. OutOfRange if the update leaves the range of float32: θ is
  // as it was, but the trainer is of no further use.
  absl::StatusOr<OuterStepInfo> Step(std::span<const float> gradient, std::span<float> theta);

  // Everything but the config, as bytes. A trainer restored from them goes on bit for bit.
  std::string Save() const;
  // DataLoss if the bytes are damaged, InvalidArgument if they are of another config; nothing
  // changed.
  absl::Status Restore(std::string_view bytes);

 private:
  v1::Outer config_;
  size_t parameters_;
  int64_t steps_ = 0;
  std::unique_ptr<OuterOptimizer> optimizer_;
};

}  // namespace paceline
