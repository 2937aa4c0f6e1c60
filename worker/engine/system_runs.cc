// Dynamical systems: θ is the system's own, so there is no optimizer and no gradient.
#include <vector>

#include "worker/engine/inner_runs.h"
#include "worker/task/systems/system.h"

namespace paceline {
namespace {

struct Run {
  int64_t step = 0;
  std::vector<double> state;
};

class SystemRuns : public InnerRuns {
 public:
  SystemRuns(const System& system, int runs) : system_(system), runs_(runs) {}

  absl::Status Start(int run, const RunSeed& seed, int64_t /*num_steps*/) override {
    runs_[run].step = 0;
    runs_[run].state.resize(system_.parameter_count());
    system_.Begin(seed, runs_[run].state);
    return absl::OkStatus();
  }

  absl::Status Advance(std::span<const RunTheta> thetas, int64_t steps,
                       std::span<float> losses) override {
    exact_.resize(steps);
    for (size_t i = 0; i < runs_.size(); ++i) {
      theta_.resize(thetas[i].theta.size());
      thetas[i].Fill(theta_);
      const std::vector<double> theta(theta_.begin(), theta_.end());
      system_.Advance(theta, runs_[i].step, runs_[i].state, exact_);
      runs_[i].step += steps;
      for (int64_t step = 0; step < steps; ++step) {
        losses[i * steps + step] = static_cast<float>(exact_[step]);
      }
    }
    return absl::OkStatus();
  }

  void Copy(int from, int to) override { runs_[to] = runs_[from]; }
  std::vector<float> Parameters(int run) const override {
    return {runs_[run].state.begin(), runs_[run].state.end()};
  }
  absl::StatusOr<RunRow> Save(int run) const override {
    return RunRow{.parameters = {}, .state = {}, .system = runs_[run].state, .history = {}};
  }
  absl::Status Restore(int run, int64_t step, const RunRow& row) override {
    if (absl::Status status = CheckRow(row, 0, 0, system_.parameter_count()); !status.ok()) {
      return status;
    }
    runs_[run] = {.step = step, .state = row.system};
    return absl::OkStatus();
  }

 private:
  const System& system_;
  std::vector<Run> runs_;
  std::vector<float> theta_;   // of the run at hand
  std::vector<double> exact_;  // likewise, its losses
};

}  // namespace

std::unique_ptr<InnerRuns> MakeSystemRuns(const System& system, int runs) {
  return std::make_unique<SystemRuns>(system, runs);
}

}  // namespace paceline
