// What the agent needs of the engine; worker/agent/local_engine.h is the real one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/estimator/gradient.h"
#include "common/safetensors/safetensors.h"
#include "paceline/v1/job_config.pb.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// One block's inner state; methods as worker/engine/block.h. Not thread-safe.
class BlockEngine {
 public:
  virtual ~BlockEngine() = default;
  virtual int64_t next_step() const = 0;
  virtual int64_t EpisodeStart(int64_t step) = 0;
  virtual int64_t InnerSteps(int64_t step) = 0;
  virtual absl::StatusOr<std::vector<ParticleScalars>> RunWindow(int64_t step,
                                                                 std::span<const float> theta) = 0;
  virtual absl::StatusOr<TensorFile> Save() const = 0;
  virtual absl::Status Restore(int64_t next_step, const TensorFileView& saved) = 0;
};

// One job's share of the engine. Thread-safe.
class JobEngine {
 public:
  virtual ~JobEngine() = default;
  virtual uint32_t blocks() const = 0;
  virtual size_t theta_size() const = 0;
  // Of the data sets that the job reads; valid as long as the engine.
  virtual const std::vector<v1::DataSetDigest>& data() const = 0;
  // What the bits of a block's state depend on beside the job's name and θ: config, fingerprint,
  // data. Lines of text.
  virtual std::string identity() const = 0;
  virtual std::unique_ptr<BlockEngine> NewBlock(uint32_t block) = 0;
};

// InvalidArgument or Unimplemented: the config cannot run on any worker of this build. Other errors
// are this machine's.
using JobEngineFactory =
    std::function<absl::StatusOr<std::shared_ptr<JobEngine>>(const v1::JobConfig&)>;

}  // namespace paceline
