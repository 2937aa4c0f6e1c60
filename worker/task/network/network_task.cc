#include "worker/task/network/network_task.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "common/task/families.h"
#include "worker/network/initial.h"
#include "worker/network/torch/plain.h"
#include "worker/network/torch/run_torch.h"
#include "worker/task/batches.h"

namespace paceline {
namespace {

Stream EpisodeStream(const RunSeed& seed, Purpose purpose) {
  return {.key = seed.key, .purpose = purpose, .particle = seed.particle, .episode = seed.episode};
}

Stream DrawStream(const RunSeed& seed, int64_t step) {
  Stream stream = EpisodeStream(seed, Purpose::kTaskDraw);
  stream.step = static_cast<uint32_t>(step);
  return stream;
}

Stream DrawStream(const RunSeed& seed, const FreshBatch& batch) {
  const bool final = batch.purpose == Purpose::kFinalBatch;
  Stream stream = EpisodeStream(seed, final ? Purpose::kFinalDraw : Purpose::kHeldOutDraw);
  stream.step = static_cast<uint32_t>(batch.number);
  return stream;
}

std::vector<float> EpisodeOf(const Network& network, const RunSeed& seed) {
  std::vector<float> episode(static_cast<size_t>(network.episode_floats()));
  FillEpisode(network, EpisodeStream(seed, Purpose::kTaskDynamic), episode);
  return episode;
}

template <class T>
std::vector<T> GatherRows(const T* values, const TorchArray& array,
                          std::span<const uint32_t> rows) {
  const auto size = static_cast<size_t>(ElementsOf(array.shape));
  std::vector<T> gathered;
  gathered.reserve(rows.size() * size);
  for (const uint32_t row : rows) {
    const T* begin = values + row * static_cast<size_t>(array.row_stride());
    gathered.insert(gathered.end(), begin, begin + size);
  }
  return gathered;
}

HostArray Gathered(const TorchArray& array, std::span<const uint32_t> rows) {
  if (const auto* const* floats = std::get_if<const float*>(&array.values)) {
    return {.floats = GatherRows(*floats, array, rows)};
  }
  return {.tokens = GatherRows(std::get<const int32_t*>(array.values), array, rows)};
}

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

// The task's tensors as views of the flat vector.
std::vector<at::Tensor> ViewsOf(const Network& network, std::span<const float> parameters) {
  std::vector<at::Tensor> views;
  for (const ParameterTensor& tensor : network.tensors) {
    float* at = const_cast<float*>(parameters.data()) + tensor.offset;
    views.push_back(at::from_blob(at, tensor.shape, at::kFloat));
  }
  return views;
}

// The part of the labels that count on which another class is on top.
float ErrorOf(const Network& network, const PlainValues& values, const NetworkInputs& inputs) {
  const Node& labels = network.at(network.labels);
  if (labels.op != Op::kInput) return 0;  // of a language model
  const at::Tensor best = values.logits.argmax(-1);
  const std::vector<int32_t>& wanted = inputs.arrays[static_cast<size_t>(labels.index)].tokens;
  int64_t wrong = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    wrong += best.data_ptr<int64_t>()[i] != wanted[i];
  }
  return static_cast<float>(wrong) / static_cast<float>(wanted.size());
}

}  // namespace

NetworkTask::NetworkTask(const v1::Task& config, Network network, std::optional<TaskData> data)
    : config_(config),
      network_(std::move(network)),
      data_(std::move(data)),
      program_(ProgramOf(network_, data_)) {}

void NetworkTask::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  FillInitial(network_, EpisodeStream(seed, Purpose::kTaskInit), EpisodeOf(network_, seed),
              parameters);
}

NetworkInputs NetworkTask::InputsOf(const RunSeed& seed, const Stream& draws, Split split,
                                    std::span<const uint32_t> rows) const {
  NetworkInputs inputs{.arrays = {},
                       .draws = std::vector<float>(static_cast<size_t>(network_.draw_floats())),
                       .episode = EpisodeOf(network_, seed)};
  FillDraws(network_, draws, inputs.draws);
  if (!data_) return inputs;
  for (const TorchArray& array : data_->Of(split).arrays) {
    inputs.arrays.push_back(Gathered(array, rows));
  }
  return inputs;
}

NetworkInputs NetworkTask::Inputs(const RunSeed& seed, int64_t step) const {
  std::vector<uint32_t> rows(data_ ? network_.batch : 0);
  if (data_) {
    FillIndices(BatchStream(seed, step), 0, static_cast<uint32_t>(data_->train.rows), rows);
  }
  return InputsOf(seed, DrawStream(seed, step), Split::kTrain, rows);
}

NetworkInputs NetworkTask::Inputs(const RunSeed& seed, const FreshBatch& batch) const {
  std::vector<uint32_t> rows(data_ ? network_.batch : 0);
  if (data_) {
    const auto count = static_cast<uint32_t>(data_->Of(batch.split).rows);
    FillIndices(BatchStream(seed, batch), 0, count, rows);
  }
  return InputsOf(seed, DrawStream(seed, batch), batch.split, rows);
}

float NetworkTask::LossAndGradient(const RunSeed& seed, int64_t step,
                                   std::span<const float> parameters,
                                   std::span<float> gradient) const {
  UseOneTorchThread();
  const at::AutoGradMode with_autograd(true);
  std::vector<at::Tensor> leaves = ViewsOf(network_, parameters);
  for (at::Tensor& leaf : leaves) leaf.requires_grad_();
  const PlainValues values = RunPlain(network_, leaves, Inputs(seed, step));
  const std::vector<at::Tensor> own = torch::autograd::grad(
      {values.loss}, leaves, {}, std::nullopt, /*create_graph=*/false, /*allow_unused=*/true);
  const at::NoGradGuard no_autograd;
  const std::vector<at::Tensor> to = ViewsOf(network_, gradient);
  for (size_t t = 0; t < own.size(); ++t) {
    if (own[t].defined()) {
      to[t].copy_(own[t]);
    } else {
      to[t].zero_();
    }
  }
  return values.loss.item<float>();
}

BatchScore NetworkTask::Score(const RunSeed& seed, const FreshBatch& batch,
                              std::span<const float> parameters) const {
  UseOneTorchThread();
  const at::NoGradGuard no_autograd;
  const NetworkInputs inputs = Inputs(seed, batch);
  const PlainValues values = RunPlain(network_, ViewsOf(network_, parameters), inputs);
  return {.loss = values.loss.item<float>(),
          .error = has_classes() ? ErrorOf(network_, values, inputs) : 0};
}

// In batches of the task's own size, since batch norm depends on it; what is left over is one more,
// smaller batch.
double NetworkTask::EvaluateLoss(const RunSeed& seed, std::span<const float> parameters,
                                 Split split, size_t examples) const {
  if (!data_) {
    return Score(seed, {.split = split, .purpose = Purpose::kFinalBatch}, parameters).loss;
  }
  UseOneTorchThread();
  const at::NoGradGuard no_autograd;
  const std::vector<at::Tensor> leaves = ViewsOf(network_, parameters);
  const SplitArrays& arrays = data_->Of(split);
  const auto all = static_cast<size_t>((arrays.rows + arrays.stride - 1) / arrays.stride);
  const size_t count = examples == 0 ? all : std::min(examples, all);
  const auto batch = static_cast<size_t>(network_.batch);
  double total = 0;
  for (size_t begin = 0; begin < count; begin += batch) {
    const size_t size = std::min(batch, count - begin);
    std::vector<uint32_t> rows(size);
    for (size_t i = 0; i < size; ++i) {
      rows[i] = static_cast<uint32_t>((begin + i) * static_cast<size_t>(arrays.stride));
    }
    const FreshBatch fresh = {.split = split,
                              .purpose = Purpose::kFinalBatch,
                              .number = static_cast<int64_t>(begin / batch)};
    const Stream draws = DrawStream(seed, fresh);
    double loss = 0;
    if (size == batch) {
      loss = RunPlain(network_, leaves, InputsOf(seed, draws, split, rows)).loss.item<double>();
    } else {
      const NetworkTask smaller(config_, *NetworkOf(WithBatch(config_, size)), data_);
      loss = RunPlain(smaller.network_, leaves, smaller.InputsOf(seed, draws, split, rows))
                 .loss.item<double>();
    }
    total += static_cast<double>(size) * loss;
  }
  return total / static_cast<double>(count);
}

}  // namespace paceline
