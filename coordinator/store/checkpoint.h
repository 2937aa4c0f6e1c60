// θ as files: what a person takes away, and where a replay can start.
//
// theta-000050.safetensors holds θ and all that its user must know
// (common/checkpoint/trained_optimizer.h). state-000050.safetensors beside it holds what the
// estimator and the outer optimizer remember after that step.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/estimator/gradient.h"
#include "coordinator/store/store.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

// All that outer training stands on between two outer steps.
struct TrainingState {
  int64_t step = 0;          // outer steps done
  std::vector<float> theta;  // [P]
  GradientEstimator::State estimator;
  std::string trainer;  // OuterTrainer::Save
};

// The whole safetensors file of θ.
std::string ThetaFile(const std::string& job, const v1::JobConfig& config, int64_t step,
                      std::span<const float> theta);

std::string ThetaPath(const std::string& job_folder, int64_t step);

// Writes both files, each whole or not at all; what is returned belongs into the store.
absl::StatusOr<CheckpointRow> WriteCheckpoint(const std::string& job_folder, const std::string& job,
                                              const v1::JobConfig& config,
                                              const TrainingState& state);
// DataLoss or InvalidArgument, naming the file, unless both are what WriteCheckpoint wrote.
absl::StatusOr<TrainingState> ReadCheckpoint(const std::string& job_folder,
                                             const v1::JobConfig& config, const CheckpointRow& row);

// Fine if there are none.
absl::Status RemoveCheckpointFiles(const std::string& job_folder, int64_t step);
// Removes files that no row stands for and none will: those of steps before the newest row's, and
// what an interrupted write left.
void SweepCheckpointFiles(const std::string& job_folder, const std::vector<CheckpointRow>& rows);

}  // namespace paceline
