#include <cmath>
#include <vector>

#include "worker/pathwise/pathwise.h"

namespace paceline {
namespace {

struct Run {
  int64_t step = 0;
  std::vector<double> state;
};

class SystemPathwise : public PathwiseRuns {
 public:
  SystemPathwise(const System& system, int runs) : system_(system), runs_(runs) {}

  absl::Status Start(int run, const RunSeed& seed, int64_t /*num_steps*/) override {
    runs_[run].step = 0;
    runs_[run].state.resize(system_.parameter_count());
    system_.Begin(seed, runs_[run].state);
    return absl::OkStatus();
  }

  absl::Status Advance(std::span<const double> theta, int64_t steps, std::span<double> losses,
                       std::span<double> gradients) override {
    std::vector<Dual> variables;
    for (size_t i = 0; i < theta.size(); ++i) variables.push_back(Dual::Variable(theta[i], i));
    for (size_t run = 0; run < runs_.size(); ++run) {
      AdvanceRun(runs_[run], variables, losses.subspan(run * steps, steps),
                 gradients.subspan(run * theta.size(), theta.size()));
    }
    return absl::OkStatus();
  }

 private:
  void AdvanceRun(Run& run, std::span<const Dual> theta, std::span<double> losses,
                  std::span<double> gradient) const {
    std::vector<Dual> state(run.state.begin(), run.state.end()), exact(losses.size());
    system_.Advance(theta, run.step, state, exact);
    run.step += static_cast<int64_t>(losses.size());
    for (size_t i = 0; i < state.size(); ++i) run.state[i] = state[i].value;
    std::ranges::fill(gradient, 0.0);
    for (size_t step = 0; step < losses.size(); ++step) {
      losses[step] = exact[step].value;
      // Beyond its bound the meta-loss is constant.
      if (!(std::abs(losses[step]) < system_.meta_loss_bound())) continue;
      for (size_t i = 0; i < gradient.size(); ++i) {
        gradient[i] += exact[step].slope[i] / static_cast<double>(losses.size());
      }
    }
  }

  const System& system_;
  std::vector<Run> runs_;
};

}  // namespace

std::unique_ptr<PathwiseRuns> MakeSystemPathwise(const System& system, int runs) {
  return std::make_unique<SystemPathwise>(system, runs);
}

}  // namespace paceline
