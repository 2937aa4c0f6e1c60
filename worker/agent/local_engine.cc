#include "worker/agent/local_engine.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "common/config/config.h"
#include "common/footprint/footprint.h"
#include "common/footprint/machine_memory.h"
#include "common/tier/tier.h"
#include "spdlog/spdlog.h"
#include "worker/data/digests.h"
#include "worker/engine/block.h"
#include "worker/engine/fingerprint.h"

namespace paceline {
namespace {

class LocalBlock : public BlockEngine {
 public:
  LocalBlock(std::shared_ptr<JobContext> job, uint32_t block) : block_(std::move(job), block) {}

  int64_t next_step() const override { return block_.next_step(); }
  int64_t EpisodeStart(int64_t step) override { return block_.EpisodeStart(step); }
  int64_t InnerSteps(int64_t step) override { return block_.InnerSteps(step); }
  absl::StatusOr<std::vector<ParticleScalars>> RunWindow(int64_t step,
                                                         std::span<const float> theta) override {
    return block_.RunWindow(step, theta);
  }
  absl::StatusOr<TensorFile> Save() const override { return block_.Save(); }
  absl::Status Restore(int64_t next_step, const TensorFileView& saved) override {
    return block_.Restore(next_step, saved);
  }

 private:
  Block block_;
};

class LocalJob : public JobEngine {
 public:
  LocalJob(std::shared_ptr<DataStore> data, std::shared_ptr<JobContext> context,
           const std::vector<DataDigest>& digests, const cuda::Device* device)
      : data_(std::move(data)), context_(std::move(context)) {
    identity_ = absl::StrCat("config ", Sha256Hex(PrintConfig(context_->config())), "\n",
                             JobFingerprint(context_->config(), EngineFingerprints(device)), "\n");
    for (const DataDigest& set : digests) {
      absl::StrAppend(&identity_, "data ", set.name, " ", set.digest, "\n");
    }
    for (const DataDigest& set : digests) {
      digests_.emplace_back().set_name(set.name);
      digests_.back().set_digest(set.digest);
    }
  }

  uint32_t blocks() const override {
    const v1::Estimator& estimator = context_->config().estimator();
    return estimator.particles() / estimator.block();
  }
  size_t theta_size() const override { return context_->theta_size(); }
  const std::vector<v1::DataSetDigest>& data() const override { return digests_; }
  std::string identity() const override { return identity_; }
  std::unique_ptr<BlockEngine> NewBlock(uint32_t block) override {
    return std::make_unique<LocalBlock>(context_, block);
  }

 private:
  std::shared_ptr<DataStore> data_;
  std::shared_ptr<JobContext> context_;
  std::vector<v1::DataSetDigest> digests_;
  std::string identity_;
};

}  // namespace

JobEngineFactory LocalEngine(std::shared_ptr<DataStore> data, const LocalEngineOptions& options) {
  return [data = std::move(data),
          options](const v1::JobConfig& config) -> absl::StatusOr<std::shared_ptr<JobEngine>> {
    const std::vector<std::string> faults = CheckConfig(config);
    if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
    const std::string memory =
        options.memory > 0 ? BytesText(options.memory) : std::string("unlimited");
    spdlog::info("job {}: {}; this worker may use {}", config.name(), FootprintText(config),
                 memory);
    if (absl::Status fits = CheckFits(config, options.memory, options.threads); !fits.ok()) {
      return fits;
    }
    absl::StatusOr<std::shared_ptr<JobContext>> context =
        JobContext::Create(config, *data, options.device);
    if (!context.ok()) return context.status();
    absl::StatusOr<std::vector<DataDigest>> digests = DataDigests(config, *data);
    if (!digests.ok()) return digests.status();
    return std::make_shared<LocalJob>(data, *std::move(context), *digests, options.device.get());
  };
}

}  // namespace paceline
