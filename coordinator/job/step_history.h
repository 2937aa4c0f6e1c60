// What a job's outer steps say of how it goes, as far as its summary and its findings need them.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/store/store.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

struct StepFacts {
  std::optional<double> loss;
  double gradient_norm = 0;
  uint32_t diverged = 0;
};

// Keeps the first and the newest outer steps of a job. Not thread-safe.
class StepHistory {
 public:
  static constexpr int64_t kKept = 100;

  // Of a job that has done `steps` outer steps. Errors of the store.
  static absl::StatusOr<StepHistory> Read(Store& store, const std::string& job, int64_t steps);
  // Records come in order.
  void Add(const v1::OuterStepRecord& record);

  // Outer steps done.
  int64_t steps() const { return steps_; }
  // At most kKept each, in order; those of a short job are in both.
  const std::vector<StepFacts>& first() const { return first_; }
  const std::deque<StepFacts>& newest() const { return newest_; }

 private:
  int64_t steps_ = 0;
  std::vector<StepFacts> first_;
  std::deque<StepFacts> newest_;
};

// Over those of `facts` that have a loss.
struct MeanOfLosses {
  double mean = 0;  // 0 of none
  int64_t count = 0;
};
template <typename Facts>
MeanOfLosses MeanLossOf(const Facts& facts) {
  MeanOfLosses result;
  for (const StepFacts& step : facts) {
    if (!step.loss) continue;
    result.mean += *step.loss;
    ++result.count;
  }
  if (result.count > 0) result.mean /= static_cast<double>(result.count);
  return result;
}

}  // namespace paceline
