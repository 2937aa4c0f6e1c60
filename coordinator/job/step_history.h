// What a job's outer steps say of how it goes, as far as its summary and its findings need them.
#pragma once

#include <algorithm>
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
  double loss_spread = 0;  // over particles
  double gradient_norm = 0;
  uint32_t diverged = 0;
  double seconds = 0;
  uint64_t inner_steps = 0;
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

// The mean loss of the kKept outer steps up to this one.
struct LossAt {
  int64_t step = 0;
  double mean = 0;
};

// Keeps the first and the newest outer steps of a job, and the best of those in between, of which
// it looks at 64 places. Not thread-safe.
class StepHistory {
 public:
  static constexpr int64_t kKept = 100;
  static constexpr int64_t kPlaces = 64;

  // Of a job of `planned` outer steps; it looks at fewer places if they are few.
  explicit StepHistory(int64_t planned = 0)
      : stride_(std::max(kKept, (planned + kPlaces - 1) / kPlaces)) {}

  // Of a job that has done `steps` outer steps: as if every record had been added. Errors of the
  // store.
  static absl::StatusOr<StepHistory> Read(Store& store, const std::string& job, int64_t steps,
                                          int64_t planned);
  // Records come in order.
  void Add(const v1::OuterStepRecord& record);

  // Outer steps done.
  int64_t steps() const { return steps_; }
  // At most kKept each, in order; those of a short job are in both.
  const std::vector<StepFacts>& first() const { return first_; }
  const std::deque<StepFacts>& newest() const { return newest_; }
  // Where the mean loss was lowest; none before the first place with a loss.
  const std::optional<LossAt>& lowest() const { return lowest_; }

 private:
  int64_t stride_;
  int64_t steps_ = 0;
  std::vector<StepFacts> first_;
  std::deque<StepFacts> newest_;
  std::optional<LossAt> lowest_;
};

}  // namespace paceline
