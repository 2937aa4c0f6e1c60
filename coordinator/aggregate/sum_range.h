// Between which values a particle's sums of the objective lie in one window: the meta-loss's range
// (common/task/meta_loss_range.h) times the steps that the objective counts. What is outside was
// not computed by a worker in order.
#pragma once

#include <cstdint>
#include <vector>

#include "common/estimator/episodes.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct SumRange {
  double low = 0;
  double high = 0;
  bool Holds(double sum) const { return low <= sum && sum <= high; }
  bool operator==(const SumRange&) const = default;
};

// Of one value an inner step, or one an episode times its length; a window before the episode's
// last may yield 0. low, high: of one value.
SumRange RangeOfSums(const v1::JobConfig& config, const BlockWindow& window, double low,
                     double high);

// The ranges of all blocks of a job. Not thread-safe.
class SumRanges {
 public:
  // `config` is valid and outlives the object.
  SumRanges(const v1::JobConfig& config, uint32_t blocks);

  // Works its task out once in an episode of the block.
  SumRange Of(uint32_t block, const BlockWindow& window);

 private:
  struct Values {
    int64_t episode_start = -1;
    double low = 0, high = 0;
  };
  Values ValuesOf(uint32_t block, const BlockWindow& window) const;

  const v1::JobConfig& config_;
  std::vector<Values> values_;  // [block]
};

}  // namespace paceline
