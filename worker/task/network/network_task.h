// A task whose loss is a Network: its data, its randomness, and the reference tier's loss and
// gradient (worker/network/torch/plain.h).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "common/network/network.h"
#include "worker/network/inputs.h"
#include "worker/task/batch_change.h"
#include "worker/task/network/split_arrays.h"
#include "worker/task/task.h"
#include "worker/task/torch_program.h"

namespace paceline {

class NetworkTask : public Task {
 public:
  // data: none for a network without inputs. config: of the task, for batches of other sizes.
  NetworkTask(const v1::Task& config, Network network, std::optional<TaskData> data,
              BatchChange change = {});

  const std::vector<ParameterTensor>& parameters() const override { return network_.tensors; }
  void SampleInitial(const RunSeed& seed, std::span<float> parameters) const override;
  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) const override;
  float MetaLoss(float loss) const override { return network_.meta_loss(loss); }
  float meta_loss_bound() const override { return network_.meta_loss.bound(); }
  bool has_classes() const override { return network_.logits >= 0; }
  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) const override;
  // Of a network that makes its examples, which no split ends, 0 examples are 1,024.
  SplitScore Evaluate(const RunSeed& seed, std::span<const float> parameters, Split split,
                      size_t examples) const override;
  const TorchProgram* torch_program() const override { return &program_; }
  const NetworkTask* network_task() const override { return this; }

  // ---- for the fast tiers and tests ----
  const Network& network() const { return network_; }
  // What the network is given in an inner step of the run, and on a fresh batch.
  NetworkInputs Inputs(const RunSeed& seed, int64_t step) const;
  NetworkInputs Inputs(const RunSeed& seed, const FreshBatch& batch) const;
  // The same into what `inputs` holds already: what the run's episode draws, and what a step does.
  void FillEpisodeInputs(const RunSeed& seed, NetworkInputs& inputs) const;
  void FillStepInputs(const RunSeed& seed, int64_t step, NetworkInputs& inputs) const;
  void FillStepInputs(const RunSeed& seed, const FreshBatch& batch, NetworkInputs& inputs) const;

 private:
  class SplitBatches;

  SplitScore EvaluateMade(const RunSeed& seed, std::span<const float> parameters, Split split,
                          size_t examples) const;
  NetworkInputs InputsOf(const RunSeed& seed, const Stream& draws, Split split,
                         std::span<const uint32_t> rows) const;
  // All but what the episode draws.
  void Fill(const Stream& draws, Split split, std::span<const uint32_t> rows,
            NetworkInputs& inputs) const;
  // Numbers of the split's rows that a batch has.
  std::vector<uint32_t> RowsOf(const Stream& stream, Split split) const;

  // Of what a step of the run has drawn.
  void ChangeLabels(const RunSeed& seed, int64_t step, NetworkInputs& inputs) const;

  v1::Task config_;
  Network network_;
  BatchChange change_;
  std::optional<TaskData> data_;
  TorchProgram program_;
};

}  // namespace paceline
