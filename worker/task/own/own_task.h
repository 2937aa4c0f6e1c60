// A task that a plug-in defines (paceline/task.h), in float32 by LibTorch's autograd, one run at a
// time.
//
// What the plug-in does wrong (an exception, a tensor of another type or shape than it should have)
// is a StatusError of InvalidArgument with words that name the plug-in and the task.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "paceline/task.h"
#include "worker/plugin/load_plugin.h"
#include "worker/task/task.h"

namespace paceline {

class OwnTask : public Task {
 public:
  // Asks the plug-in for the task and its parameters. Throws as all else.
  OwnTask(const v1::OwnTask& config, const LoadedPlugin& plugin);

  const std::vector<ParameterTensor>& parameters() const override { return parameters_; }
  void SampleInitial(const RunSeed& seed, std::span<float> parameters) const override;
  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) const override;
  // The loss within the config's lowest and highest; NaN is the highest.
  float MetaLoss(float loss) const override;
  float meta_loss_bound() const override { return highest_; }
  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) const override;
  // The mean over batches that no other use has: kSplitBatches, or as many as `examples` fill.
  SplitScore Evaluate(const RunSeed& seed, std::span<const float> parameters, Split split,
                      size_t examples) const override;
  const OwnTask* batched_own_task() const override { return has_losses_ ? this : nullptr; }

  static constexpr int64_t kSplitBatches = 20;

  // "task line of plug-in line.so (0123456789abcdef)"
  const std::string& label() const { return label_; }

  // ---- many runs together, of a batched_own_task()
  // [run, shape of the batch's tensor] of each tensor; seeds and steps: [run].
  std::vector<at::Tensor> TrainingBatches(std::span<const RunSeed> seeds,
                                          std::span<const int64_t> steps) const;
  // f(), of which what is thrown is the plug-in's: it cannot do `what`.
  void Try(const std::string& what, const std::function<void()>& f) const;
  // parameters [run, shape...] → [run]
  at::Tensor Losses(const std::vector<at::Tensor>& parameters,
                    const std::vector<at::Tensor>& batch) const;

 private:
  template <class F>
  auto Ask(const std::string& what, const F& f) const;
  [[noreturn]] void Refuse(const std::string& what) const;
  std::vector<ParameterTensor> AskParameters() const;
  std::vector<at::Tensor> Batch(const RunSeed& seed, Split split, const Stream& stream) const;
  at::Tensor Loss(const std::vector<at::Tensor>& parameters,
                  const std::vector<at::Tensor>& batch) const;
  float LossOf(std::span<const float> parameters, const std::vector<at::Tensor>& batch) const;
  // One float32 tensor of a run's flat vector for each parameter, with memory of their own.
  std::vector<at::Tensor> Unpack(std::span<const float> parameters) const;

  const std::string label_;
  const int64_t batch_;
  const float lowest_, highest_;
  const std::unique_ptr<const plugin::Task> task_;
  const std::vector<ParameterTensor> parameters_;
  const bool has_losses_;
};

// Throws unless initial weights, and a step's loss and gradient, come out alike twice.
void CheckRepeats(const OwnTask& task);

}  // namespace paceline
