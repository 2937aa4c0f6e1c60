// An engine whose scalars are a fingerprint of the block's whole history, so that a block that was
// re-made wrongly shows.
#pragma once

#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "common/base/digest.h"
#include "paceline/v1/worker.pb.h"
#include "worker/agent/block_engine.h"
#include "worker/agent/theta_cache.h"

namespace paceline {

inline constexpr int64_t kEpisodeWindows = 4;
inline constexpr uint32_t kFakeBlocks = 8;

// θ_step of the test job: any values, a function of the step.
inline ThetaPtr FakeTheta(const std::string& job, int64_t step) {
  auto theta = std::make_shared<ThetaVersion>();
  theta->step = step;
  theta->values = {std::sin(static_cast<float>(step)), static_cast<float>(step)};
  theta->hash = ThetaHash(job, step, theta->values);
  return theta;
}

inline v1::Theta FakeThetaMessage(const std::string& job, int64_t step) {
  const ThetaPtr theta = FakeTheta(job, step);
  v1::Theta message;
  message.set_job(job);
  message.set_step(step);
  message.set_hash(theta->hash);
  message.set_values(FloatsToBytes(theta->values));
  return message;
}

// Episodes are staggered: block b begins one wherever step + b is a multiple of kEpisodeWindows.
inline int64_t FakeEpisodeStart(uint32_t block, int64_t step) {
  return std::max<int64_t>(0, step - (step + block) % kEpisodeWindows);
}

// The scalar of the window of `step`, computed from the episode's beginning.
inline double FakeScalar(const std::string& job, uint32_t block, int64_t step) {
  double state = block;
  for (int64_t s = FakeEpisodeStart(block, step); s <= step; ++s) {
    state = 0.5 * state + FakeTheta(job, s)->values[0] + 0.001 * s;
  }
  return state;
}

// What tests see and steer.
struct FakeEngineControl {
  std::atomic<int> windows = 0;
  std::atomic<int> blocks_made = 0;
  std::atomic<int> saved = 0;
  std::vector<v1::DataSetDigest> data;
  // Called at the start of each window.
  std::function<absl::Status(uint32_t block, int64_t step)> on_window = [](uint32_t, int64_t) {
    return absl::OkStatus();
  };
  std::function<void()> on_save = [] {};
  std::function<absl::Status()> on_restore = [] { return absl::OkStatus(); };
};

class FakeBlock : public BlockEngine {
 public:
  FakeBlock(std::shared_ptr<FakeEngineControl> control, uint32_t block)
      : control_(std::move(control)), block_(block) {
    ++control_->blocks_made;
  }

  int64_t next_step() const override { return next_; }
  int64_t EpisodeStart(int64_t step) override { return FakeEpisodeStart(block_, step); }
  int64_t InnerSteps(int64_t) override { return 10; }
  absl::StatusOr<std::vector<ParticleScalars>> RunWindow(int64_t step,
                                                         std::span<const float> theta) override {
    if (step != next_ && EpisodeStart(step) != step) {
      return absl::FailedPreconditionError("a window was left out");
    }
    if (absl::Status status = control_->on_window(block_, step); !status.ok()) return status;
    ++control_->windows;
    if (EpisodeStart(step) == step) state_ = block_;
    state_ = 0.5 * state_ + theta[0] + 0.001 * step;
    next_ = step + 1;
    return std::vector<ParticleScalars>{
        {.sum_plus = state_, .sum_minus = -state_, .trained_steps = 5, .diverged = false}};
  }
  absl::StatusOr<TensorFile> Save() const override {
    ++control_->saved;
    control_->on_save();
    Tensor state{.dtype = DType::kF64, .shape = {1}, .data = {}};
    state.data.assign(reinterpret_cast<const char*>(&state_), sizeof state_);
    return TensorFile{.tensors = {{"state", state}}, .metadata = {}};
  }
  absl::Status Restore(int64_t next_step, const TensorFileView& saved) override {
    if (absl::Status status = control_->on_restore(); !status.ok()) {
      next_ = -1;
      return status;
    }
    std::memcpy(&state_, saved.tensors.at("state").data.data(), sizeof state_);
    next_ = next_step;
    return absl::OkStatus();
  }

 private:
  std::shared_ptr<FakeEngineControl> control_;
  uint32_t block_;
  int64_t next_ = -1;
  double state_ = 0;
};

class FakeJobEngine : public JobEngine {
 public:
  explicit FakeJobEngine(std::shared_ptr<FakeEngineControl> control)
      : control_(std::move(control)) {}
  uint32_t blocks() const override { return kFakeBlocks; }
  size_t theta_size() const override { return 2; }
  const std::vector<v1::DataSetDigest>& data() const override { return control_->data; }
  std::string identity() const override { return "fake"; }
  std::unique_ptr<BlockEngine> NewBlock(uint32_t block) override {
    return std::make_unique<FakeBlock>(control_, block);
  }

 private:
  std::shared_ptr<FakeEngineControl> control_;
};

inline JobEngineFactory FakeFactory(std::shared_ptr<FakeEngineControl> control) {
  return [control](const v1::JobConfig& config) -> absl::StatusOr<std::shared_ptr<JobEngine>> {
    if (config.name() == "impossible") return absl::InvalidArgumentError("no such task");
    return std::make_shared<FakeJobEngine>(control);
  };
}

}  // namespace paceline
