#include "worker/task/network/network_task.h"

#include <algorithm>
#include <utility>

#include "common/base/aligned_floats.h"
#include "common/task/families.h"
#include "worker/network/fused/fused_network.h"
#include "worker/network/initial.h"
#include "worker/network/torch/evaluate.h"
#include "worker/task/batches.h"

namespace paceline {
namespace {

Stream FreshStream(const Network& network, const RunSeed& seed, const FreshBatch& batch) {
  return network.makes_examples() ? MadeStream(seed, batch) : DrawStream(seed, batch);
}

std::vector<float> EpisodeOf(const Network& network, const RunSeed& seed) {
  std::vector<float> episode(static_cast<size_t>(network.episode_floats()));
  FillEpisode(network, EpisodeStream(seed, Purpose::kTaskDynamic), episode);
  return episode;
}

template <class T>
void GatherRows(const T* values, const TorchArray& array, std::span<const uint32_t> rows,
                std::vector<T>& to) {
  const auto size = static_cast<size_t>(array.row_size());
  const auto stride = static_cast<size_t>(array.row_stride());
  to.resize(rows.size() * size);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(values + rows[i] * stride, size, to.data() + i * size);
  }
}

void Gather(const TorchArray& array, std::span<const uint32_t> rows, HostArray& to) {
  if (const auto* const* floats = std::get_if<const float*>(&array.values)) {
    return GatherRows(*floats, array, rows, to.floats);
  }
  GatherRows(std::get<const int32_t*>(array.values), array, rows, to.tokens);
}

bool IsScaled(InputKind kind) { return kind == InputKind::kImages || kind == InputKind::kFeatures; }

TorchProgram ProgramOf(const Network& network, const std::optional<TaskData>& data) {
  TorchProgram program;
  if (data) {
    program.arrays = data->train.arrays;
    program.rows = data->train.rows;
    program.batch = network.batch;
  }
  program.episode_floats = network.episode_floats();
  program.fill_episode = [network](const RunSeed& seed, std::span<float> out) {
    FillEpisode(network, EpisodeStream(seed, Purpose::kTaskDynamic), out);
  };
  program.step_floats = network.draw_floats();
  program.fill_step = [network](const RunSeed& seed, int64_t step, std::span<float> out) {
    FillDraws(network, DrawStream(seed, step), out);
  };
  return program;
}

}  // namespace

NetworkTask::NetworkTask(const v1::Task& config, Network network, std::optional<TaskData> data,
                         BatchChange change)
    : config_(config),
      network_(std::move(network)),
      change_(change),
      data_(std::move(data)),
      program_(ProgramOf(network_, data_)) {}

void NetworkTask::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  FillInitial(network_, EpisodeStream(seed, Purpose::kTaskInit), EpisodeOf(network_, seed),
              parameters);
}

void NetworkTask::Fill(const Stream& draws, Split split, std::span<const uint32_t> rows,
                       NetworkInputs& inputs) const {
  inputs.draws.resize(static_cast<size_t>(network_.draw_floats()));
  FillDraws(network_, draws, inputs.draws);
  if (!data_) return;
  const std::vector<TorchArray>& arrays = data_->Of(split).arrays;
  inputs.arrays.resize(arrays.size());
  for (size_t i = 0; i < arrays.size(); ++i) Gather(arrays[i], rows, inputs.arrays[i]);
  for (size_t i = 0; i < arrays.size(); ++i) {
    if (IsScaled(network_.inputs[i].kind)) change_.Scale(inputs.arrays[i].floats);
  }
}

void NetworkTask::ChangeLabels(const RunSeed& seed, int64_t step, NetworkInputs& inputs) const {
  if (!has_classes()) return;
  const auto classes = static_cast<uint32_t>(network_.at(network_.logits).shape.back());
  for (size_t i = 0; i < inputs.arrays.size(); ++i) {
    if (network_.inputs[i].kind != InputKind::kLabels) continue;
    change_.RedrawLabels(seed, step, classes, inputs.arrays[i].tokens);
  }
}

NetworkInputs NetworkTask::InputsOf(const RunSeed& seed, const Stream& draws, Split split,
                                    std::span<const uint32_t> rows) const {
  NetworkInputs inputs;
  FillEpisodeInputs(seed, inputs);
  Fill(draws, split, rows, inputs);
  return inputs;
}

std::vector<uint32_t> NetworkTask::RowsOf(const Stream& stream, Split split) const {
  std::vector<uint32_t> rows(data_ ? network_.batch : 0);
  if (data_) FillIndices(stream, 0, static_cast<uint32_t>(data_->Of(split).rows), rows);
  return rows;
}

void NetworkTask::FillEpisodeInputs(const RunSeed& seed, NetworkInputs& inputs) const {
  inputs.episode = EpisodeOf(network_, seed);
}

void NetworkTask::FillStepInputs(const RunSeed& seed, int64_t step, NetworkInputs& inputs) const {
  Fill(DrawStream(seed, step), Split::kTrain, RowsOf(BatchStream(seed, step), Split::kTrain),
       inputs);
  ChangeLabels(seed, step, inputs);
}

void NetworkTask::FillStepInputs(const RunSeed& seed, const FreshBatch& batch,
                                 NetworkInputs& inputs) const {
  Fill(FreshStream(network_, seed, batch), batch.split,
       RowsOf(BatchStream(seed, batch), batch.split), inputs);
}

NetworkInputs NetworkTask::Inputs(const RunSeed& seed, int64_t step) const {
  NetworkInputs inputs;
  FillEpisodeInputs(seed, inputs);
  FillStepInputs(seed, step, inputs);
  return inputs;
}

NetworkInputs NetworkTask::Inputs(const RunSeed& seed, const FreshBatch& batch) const {
  NetworkInputs inputs;
  FillEpisodeInputs(seed, inputs);
  FillStepInputs(seed, batch, inputs);
  return inputs;
}

float NetworkTask::LossAndGradient(const RunSeed& seed, int64_t step,
                                   std::span<const float> parameters,
                                   std::span<float> gradient) const {
  return PlainLossAndGradient(network_, Inputs(seed, step), parameters, gradient);
}

BatchScore NetworkTask::Score(const RunSeed& seed, const FreshBatch& batch,
                              std::span<const float> parameters) const {
  const PlainScore score = ScorePlain(network_, Inputs(seed, batch), parameters);
  return {.loss = static_cast<float>(score.loss), .error = score.error};
}

// The losses of a split's batches by SIMD.
class NetworkTask::SplitBatches {
 public:
  explicit SplitBatches(const NetworkTask& task)
      : task_(task), network_(task.network_), scratch_(network_.scratch_size()) {}

  // On batch number `number` of a network that makes its examples.
  NetworkScore Made(const RunSeed& seed, Split split, int64_t number,
                    std::span<const float> parameters) const {
    const FreshBatch fresh = {.split = split, .purpose = Purpose::kFinalBatch, .number = number};
    return network_.Score(task_.Inputs(seed, fresh), parameters, scratch_.span());
  }

  // On as many rows of the split as a batch has, from row number `begin` of those to be evaluated.
  NetworkScore Of(const RunSeed& seed, Split split, size_t begin,
                  std::span<const float> parameters) const {
    const auto stride = static_cast<size_t>(task_.data_->Of(split).stride);
    std::vector<uint32_t> rows(static_cast<size_t>(task_.network_.batch));
    for (size_t i = 0; i < rows.size(); ++i) {
      rows[i] = static_cast<uint32_t>((begin + i) * stride);
    }
    const FreshBatch fresh = {
        .split = split, .purpose = Purpose::kFinalBatch, .number = static_cast<int64_t>(begin)};
    const NetworkInputs inputs =
        task_.InputsOf(seed, FreshStream(task_.network_, seed, fresh), split, rows);
    return network_.Score(inputs, parameters, scratch_.span());
  }

 private:
  const NetworkTask& task_;
  const FusedNetwork network_;
  mutable AlignedFloats scratch_;
};

// There is no end of examples: in whole batches.
SplitScore NetworkTask::EvaluateMade(const RunSeed& seed, std::span<const float> parameters,
                                     Split split, size_t examples) const {
  constexpr size_t kEnough = 1024;
  const auto batch = static_cast<size_t>(network_.batch);
  const size_t count = ((examples == 0 ? kEnough : examples) + batch - 1) / batch;
  const SplitBatches batches(*this);
  SplitScore total;
  for (size_t i = 0; i < count; ++i) {
    const NetworkScore score = batches.Made(seed, split, static_cast<int64_t>(i), parameters);
    total.loss += score.loss;
    total.error += score.error;
  }
  return {total.loss / static_cast<double>(count), total.error / static_cast<double>(count)};
}

// In batches of the task's own size, since batch norm depends on it; what is left over is one more,
// smaller batch.
SplitScore NetworkTask::Evaluate(const RunSeed& seed, std::span<const float> parameters,
                                 Split split, size_t examples) const {
  if (network_.makes_examples()) return EvaluateMade(seed, parameters, split, examples);
  if (!data_) {
    return {.loss =
                Score(seed, {.split = split, .purpose = Purpose::kFinalBatch}, parameters).loss};
  }
  const SplitArrays& arrays = data_->Of(split);
  const auto all = static_cast<size_t>((arrays.rows + arrays.stride - 1) / arrays.stride);
  const size_t count = examples == 0 ? all : std::min(examples, all);
  const auto batch = static_cast<size_t>(network_.batch);
  SplitScore total;
  const auto add = [&](const NetworkScore& score, size_t rows) {
    total.loss += static_cast<double>(rows) * score.loss;
    total.error += static_cast<double>(rows) * score.error;
  };
  size_t begin = 0;
  if (count >= batch) {
    const SplitBatches whole(*this);
    for (; begin + batch <= count; begin += batch) {
      add(whole.Of(seed, split, begin, parameters), batch);
    }
  }
  if (begin < count) {
    const NetworkTask rest(config_,
                           *NetworkOf(WithBatch(config_, static_cast<int64_t>(count - begin))),
                           data_, change_);
    add(SplitBatches(rest).Of(seed, split, begin, parameters), count - begin);
  }
  return {total.loss / static_cast<double>(count), total.error / static_cast<double>(count)};
}

}  // namespace paceline
