// Policies trained in an environment by policy gradients: every inner step acts anew.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "common/lane/dispatch.h"
#include "common/network/network.h"
#include "worker/task/policy_gradient/acting_plan.h"
#include "worker/task/policy_gradient/experience.h"
#include "worker/task/task.h"

namespace paceline {

class PolicyGradientTask : public Task {
 public:
  // config: valid. Acts by `target`; all give the same bits.
  explicit PolicyGradientTask(const v1::PolicyGradient& config,
                              lane::Target target = lane::ActiveTarget());

  const std::vector<ParameterTensor>& parameters() const override { return surrogate_.tensors; }
  void SampleInitial(const RunSeed& seed, std::span<float> parameters) const override;
  // Minus the mean return of the step's episodes; the gradient is the surrogate's. NaN, and then no
  // gradient, if the policy gives what is not finite. Plain LibTorch (worker/network/torch); throws
  // what that throws.
  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) const override;
  float MetaLoss(float loss) const override { return surrogate_.meta_loss(loss); }
  float meta_loss_bound() const override { return surrogate_.meta_loss.bound(); }
  // In `batch` episodes of the fresh batch's own draws, in which alone splits differ.
  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) const override;
  // In as many episodes, in whole batches; 0: in 64.
  SplitScore Evaluate(const RunSeed& seed, std::span<const float> parameters, Split split,
                      size_t examples) const override;
  const PolicyGradientTask* policy_gradient_task() const override { return this; }

  // ---- for the fast tier and tests ----
  const Network& surrogate() const { return surrogate_; }
  // The episodes of an inner step under the parameters, with advantages and targets.
  control::Experience Act(const RunSeed& seed, int64_t step,
                          std::span<const float> parameters) const;
  // The surrogate of a chunk of steps: fills gradient [parameter].
  using Surrogate = std::function<void(
      const NetworkInputs& chunk, std::span<const float> parameters, std::span<float> gradient)>;
  // What an inner step works in, of any content; for this task alone.
  struct Workspace {
    control::Experience experience;
    NetworkInputs chunk = {};
    std::vector<float> gradient = {};  // of a chunk
  };
  Workspace MakeWorkspace() const;
  // As LossAndGradient, by a surrogate of the caller's.
  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient, const Surrogate& surrogate,
                        Workspace& workspace) const;
  // What the surrogate network's episode draws: activation, initial weights.
  std::vector<float> EpisodeDraws(const RunSeed& seed) const;

 private:
  control::Experience MakeExperience() const;
  // By the draws of `stream`, without judging them.
  void Rollout(const RunSeed& seed, const Stream& stream, std::span<const float> parameters,
               bool with_values, control::Experience& experience) const;
  void Act(const RunSeed& seed, int64_t step, std::span<const float> parameters,
           control::Experience& experience) const;
  control::ActingPlan PlanOf(const RunSeed& seed) const;

  v1::PolicyGradient config_;
  lane::Target target_;
  Network surrogate_;
  control::ActingPlan plan_;  // but for an activation that an episode draws
  int activation_choice_ = -1;
  int states_ = 0, observed_ = 0;
};

}  // namespace paceline
