// Units whose outcomes say what they were computed from.
#pragma once

#include <atomic>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "worker/agent/unit_engine.h"

namespace paceline {

inline v1::UnitOutcome FakeOutcome(const v1::EvaluationUnit& unit, std::span<const float> theta) {
  v1::UnitOutcome outcome;
  outcome.set_state_bytes(unit.steps());
  for (uint32_t run = 0; run < unit.runs(); ++run) {
    outcome.add_runs()->set_test_loss(std::accumulate(theta.begin(), theta.end(), 0.5f));
  }
  return outcome;
}

class FakeUnits : public UnitEngine {
 public:
  absl::StatusOr<std::vector<v1::DataSetDigest>> Data(const v1::EvaluationAnnouncement&) override {
    if (!data_error.ok()) return data_error;
    return data;
  }
  absl::StatusOr<v1::UnitOutcome> Run(const v1::EvaluationUnit& unit, std::span<const float> theta,
                                      const std::function<bool()>& stopping) override {
    ++runs;
    if (on_run) on_run(unit, stopping);
    if (stopping()) return absl::CancelledError("given up");
    if (!error.ok()) return error;
    return FakeOutcome(unit, theta);
  }

  std::vector<v1::DataSetDigest> data;
  absl::Status data_error, error;
  std::function<void(const v1::EvaluationUnit&, const std::function<bool()>& stopping)> on_run;
  std::atomic<int> runs = 0;
};

}  // namespace paceline
