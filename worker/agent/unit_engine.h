// What the agent needs to compute units of evaluations; worker/eval/local_units.h is the real one.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// Thread-safe.
class UnitEngine {
 public:
  virtual ~UnitEngine() = default;
  // Reads all data that the tasks need. Errors are this machine's.
  virtual absl::StatusOr<std::vector<v1::DataSetDigest>> Data(
      const v1::EvaluationAnnouncement& announcement) = 0;
  // A function of unit and θ alone; theta: empty for hand-designed optimizers, else [P]. Cancelled
  // soon after `stopping` turns true. InvalidArgument or Unimplemented: the unit cannot be computed
  // by any worker of this build; other errors are this machine's.
  virtual absl::StatusOr<v1::UnitOutcome> Run(const v1::EvaluationUnit& unit,
                                              std::span<const float> theta,
                                              const std::function<bool()>& stopping) = 0;
};

}  // namespace paceline
