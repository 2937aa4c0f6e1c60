// What simulated workers compute, and the θ that must come out: all of it a function of the config.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/estimator/episodes.h"
#include "common/estimator/gradient.h"
#include "paceline/v1/job_config.pb.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// The state of a block: everything since its episode began has left its trace in it.
class SimBlock {
 public:
  // The outer step whose window comes next; −1: none was run.
  int64_t next_step() const { return next_step_; }
  // The window of `run`, of that block: its answer.
  v1::WindowResult Run(const v1::JobConfig& config, const v1::RunWindows& run, uint32_t block);

 private:
  int64_t next_step_ = -1;
  uint64_t state_ = 0;
  std::optional<ParticleEpisodes> episodes_;
};

BlockWindow SimWindow(const v1::JobConfig& config, uint32_t block, int64_t step);

// A job that nothing disturbs, under strict aggregation.
struct SimReference {
  std::vector<uint64_t> theta_hashes;                 // [outer step], from θ_0 on
  std::vector<std::vector<ParticleScalars>> scalars;  // [outer step − 1]
};
SimReference Undisturbed(const std::string& job, const v1::JobConfig& config);

}  // namespace paceline
