#include "worker/task/own/own_task.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <set>
#include <utility>

#include "common/base/status_error.h"
#include "worker/network/torch/run_torch.h"
#include "worker/plugin/counted_random.h"
#include "worker/task/batches.h"
#include "worker/task/own/make_own_task.h"

namespace paceline {
namespace {

constexpr size_t kMaxNumbers = size_t{1} << 28;
constexpr size_t kMaxAxes = 8;

std::string LabelOf(const v1::OwnTask& config, const LoadedPlugin& plugin) {
  return fmt::format("task {} of plug-in {}", config.name(), plugin.Label());
}

std::string Refusal(const std::string& label, const std::string& what) {
  return fmt::format("{} {}", label, what);
}

// f() of the plug-in, whatever it throws.
template <class F>
auto AskPlugin(const std::string& label, const std::string& what, const F& f) {
  std::string thrown;
  try {
    UseOneTorchThread();
    return f();
  } catch (const StatusError&) {
    throw;
  } catch (const c10::Error& error) {
    thrown = error.what_without_backtrace();
  } catch (const std::exception& error) {
    thrown = error.what();
  } catch (...) {
    thrown = "something that is no std::exception";
  }
  throw StatusError(absl::InvalidArgumentError(
      Refusal(label, fmt::format("cannot {}: it throws: {}", what, thrown))));
}

std::unique_ptr<const plugin::Task> MakePluginTask(const v1::OwnTask& config,
                                                   const LoadedPlugin& plugin) {
  const auto& tasks = plugin.contents->tasks;
  const auto entry = std::ranges::find(tasks, config.name(), [](const auto& e) { return e.name; });
  if (entry == tasks.end()) throw StatusError(plugin.NoSuch("task", config.name()));
  const std::string label = LabelOf(config, plugin);
  const plugin::Settings settings({config.settings().begin(), config.settings().end()});
  std::unique_ptr<const plugin::Task> task =
      AskPlugin(label, "be made", [&] { return entry->make(settings); });
  const auto refuse = [&](const std::string& what) {
    throw StatusError(absl::InvalidArgumentError(Refusal(label, what)));
  };
  if (task == nullptr) refuse("cannot be made: there is none");
  if (const auto unread = settings.unread(); !unread.empty()) {
    refuse(fmt::format("has no setting {}; {}", unread.front(),
                       settings.asked().empty()
                           ? "it has none"
                           : fmt::format("it has {}", fmt::join(settings.asked(), ", "))));
  }
  return task;
}

TensorKind KindOf(const plugin::Parameter& parameter) {
  switch (parameter.kind) {
    case plugin::ParameterKind::kInputWeights:
      return TensorKind::kInputWeights;
    case plugin::ParameterKind::kHiddenWeights:
      return TensorKind::kHiddenWeights;
    case plugin::ParameterKind::kOutputWeights:
      return TensorKind::kOutputWeights;
    case plugin::ParameterKind::kBias:
      return TensorKind::kBias;
    case plugin::ParameterKind::kEmbedding:
      return TensorKind::kEmbedding;
    case plugin::ParameterKind::kOther:
      return TensorKind::kOther;
    case plugin::ParameterKind::kAutomatic:
      break;
  }
  return parameter.shape.size() < 2 ? TensorKind::kBias : TensorKind::kHiddenWeights;
}

// Of those whose kind is automatic and that are weights, the first and the last.
void FindEnds(const std::vector<plugin::Parameter>& asked, std::vector<ParameterTensor>& tensors) {
  std::vector<ParameterTensor*> weights;
  for (size_t i = 0; i < asked.size(); ++i) {
    if (asked[i].kind == plugin::ParameterKind::kAutomatic && asked[i].shape.size() >= 2) {
      weights.push_back(&tensors[i]);
    }
  }
  if (weights.empty()) return;
  weights.back()->kind = TensorKind::kOutputWeights;
  weights.front()->kind = TensorKind::kInputWeights;
}

std::string ShapeText(at::IntArrayRef shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

std::string TextOf(const at::Tensor& tensor) {
  if (!tensor.defined()) return "no tensor";
  return fmt::format("{} {}", c10::toString(tensor.scalar_type()), ShapeText(tensor.sizes()));
}

bool IsFloat32(const at::Tensor& tensor, at::IntArrayRef shape) {
  return tensor.defined() && tensor.scalar_type() == at::kFloat && tensor.sizes() == shape &&
         tensor.device().is_cpu() && tensor.layout() == at::kStrided;
}

plugin::Part PartOf(Split split) {
  switch (split) {
    case Split::kTrain:
      return plugin::Part::kTrain;
    case Split::kInnerValid:
      return plugin::Part::kInnerValid;
    case Split::kOuterValid:
      return plugin::Part::kOuterValid;
    case Split::kTest:
      break;
  }
  return plugin::Part::kTest;
}

// Copies to the flat vector.
void Pack(const at::Tensor& tensor, std::span<float> out) {
  const at::Tensor dense = tensor.contiguous();
  std::copy_n(dense.const_data_ptr<float>(), out.size(), out.begin());
}

}  // namespace

template <class F>
auto OwnTask::Ask(const std::string& what, const F& f) const {
  return AskPlugin(label_, what, f);
}

void OwnTask::Try(const std::string& what, const std::function<void()>& f) const { Ask(what, f); }

void OwnTask::Refuse(const std::string& what) const {
  throw StatusError(absl::InvalidArgumentError(Refusal(label_, what)));
}

OwnTask::OwnTask(const v1::OwnTask& config, const LoadedPlugin& plugin)
    : label_(LabelOf(config, plugin)),
      batch_(config.batch()),
      lowest_(static_cast<float>(config.lowest())),
      highest_(static_cast<float>(config.highest())),
      task_(MakePluginTask(config, plugin)),
      parameters_(AskParameters()),
      has_losses_(Ask("say whether it has losses", [this] { return task_->has_losses(); })) {}

std::vector<ParameterTensor> OwnTask::AskParameters() const {
  const std::vector<plugin::Parameter> asked =
      Ask("list its parameters", [this] { return task_->parameters(); });
  if (asked.empty()) Refuse("has no parameters: there is nothing to train");
  std::set<std::string> names;
  std::vector<ParameterTensor> tensors;
  size_t total = 0;
  for (const plugin::Parameter& own : asked) {
    if (own.name.empty()) Refuse("has a parameter without a name");
    if (!names.insert(own.name).second) Refuse("has two parameters of the name " + own.name);
    const std::string shape = ShapeText(own.shape);
    if (own.shape.size() > kMaxAxes) {
      Refuse(fmt::format("has a parameter {} of {} axes; there may be {}", own.name,
                         own.shape.size(), kMaxAxes));
    }
    size_t size = 1;
    for (const int64_t extent : own.shape) {
      if (extent < 1) {
        Refuse(fmt::format("has a parameter {} of shape {}; all axes must be 1 or more", own.name,
                           shape));
      }
      const bool fits = static_cast<size_t>(extent) <= kMaxNumbers / size;
      if (!fits || total + size * static_cast<size_t>(extent) > kMaxNumbers) {
        Refuse(
            fmt::format("is too large with its parameter {} of shape {}: all together may have "
                        "{} numbers",
                        own.name, shape, kMaxNumbers));
      }
      size *= static_cast<size_t>(extent);
    }
    tensors.push_back({own.name, own.shape, total, size, KindOf(own)});
    total += size;
  }
  FindEnds(asked, tensors);
  return tensors;
}

void OwnTask::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  CountedRandom random(EpisodeStream(seed, Purpose::kTaskInit));
  const std::vector<at::Tensor> initial = Ask("make initial weights", [&] {
    const at::NoGradGuard no_autograd;
    return task_->Initial(random);
  });
  if (initial.size() != parameters_.size()) {
    Refuse(fmt::format("gives {} initial weights for its {} parameters", initial.size(),
                       parameters_.size()));
  }
  for (size_t i = 0; i < initial.size(); ++i) {
    const ParameterTensor& own = parameters_[i];
    if (!IsFloat32(initial[i], own.shape)) {
      Refuse(fmt::format("gives {} as initial weights of {}; it must be Float {} on the processor",
                         TextOf(initial[i]), own.name, ShapeText(own.shape)));
    }
    Pack(initial[i], parameters.subspan(own.offset, own.size));
  }
}

std::vector<at::Tensor> OwnTask::Batch(const RunSeed& seed, Split split,
                                       const Stream& stream) const {
  CountedRandom episode(EpisodeStream(seed, Purpose::kTaskDynamic)), random(stream);
  std::vector<at::Tensor> batch = Ask("make a batch", [&] {
    const at::NoGradGuard no_autograd;
    return task_->Batch(PartOf(split), batch_, episode, random);
  });
  for (const at::Tensor& tensor : batch) {
    if (!tensor.defined()) Refuse("gives a batch with a tensor that is none");
  }
  return batch;
}

at::Tensor OwnTask::Loss(const std::vector<at::Tensor>& parameters,
                         const std::vector<at::Tensor>& batch) const {
  at::Tensor loss = Ask("compute its loss", [&] { return task_->Loss(parameters, batch); });
  if (IsFloat32(loss, {})) return loss;
  Refuse(fmt::format("has a loss of {}; it must be one number, Float [], on the processor",
                     TextOf(loss)));
}

std::vector<at::Tensor> OwnTask::Unpack(std::span<const float> parameters) const {
  std::vector<at::Tensor> tensors;
  for (const ParameterTensor& own : parameters_) {
    at::Tensor tensor = at::empty(own.shape, at::kFloat);
    std::copy_n(parameters.data() + own.offset, own.size, tensor.mutable_data_ptr<float>());
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

float OwnTask::LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                               std::span<float> gradient) const {
  const std::vector<at::Tensor> batch = Batch(seed, Split::kTrain, BatchStream(seed, step));
  std::vector<at::Tensor> leaves = Unpack(parameters);
  for (at::Tensor& leaf : leaves) leaf.requires_grad_();
  const at::AutoGradMode with_autograd(true);
  const at::Tensor loss = Loss(leaves, batch);
  std::vector<at::Tensor> gradients(leaves.size());
  if (loss.requires_grad()) {
    gradients = Ask("differentiate its loss", [&] {
      return torch::autograd::grad({loss}, leaves, /*grad_outputs=*/{}, std::nullopt,
                                   /*create_graph=*/false, /*allow_unused=*/true);
    });
  }
  for (size_t i = 0; i < leaves.size(); ++i) {
    const std::span<float> own = gradient.subspan(parameters_[i].offset, parameters_[i].size);
    if (gradients[i].defined()) {
      Pack(gradients[i].detach(), own);
    } else {
      std::ranges::fill(own, 0.0f);
    }
  }
  return loss.detach().item<float>();
}

float OwnTask::LossOf(std::span<const float> parameters,
                      const std::vector<at::Tensor>& batch) const {
  const at::NoGradGuard no_autograd;
  return Loss(Unpack(parameters), batch).item<float>();
}

float OwnTask::MetaLoss(float loss) const {
  if (!(loss < highest_)) return highest_;
  return std::max(loss, lowest_);
}

BatchScore OwnTask::Score(const RunSeed& seed, const FreshBatch& batch,
                          std::span<const float> parameters) const {
  return {.loss = LossOf(parameters, Batch(seed, batch.split, MadeStream(seed, batch)))};
}

SplitScore OwnTask::Evaluate(const RunSeed& seed, std::span<const float> parameters, Split split,
                             size_t examples) const {
  const auto wanted = static_cast<int64_t>(examples);
  const int64_t batches = examples == 0 ? kSplitBatches : (wanted + batch_ - 1) / batch_;
  double sum = 0;
  for (int64_t number = 0; number < batches; ++number) {
    const FreshBatch batch = {.split = split, .purpose = Purpose::kFinalBatch, .number = number};
    sum += LossOf(parameters, Batch(seed, split, MadeStream(seed, batch)));
  }
  return {.loss = sum / static_cast<double>(batches)};
}

std::vector<at::Tensor> OwnTask::TrainingBatches(std::span<const RunSeed> seeds,
                                                 std::span<const int64_t> steps) const {
  std::vector<std::vector<at::Tensor>> own;  // [run][tensor]
  for (size_t run = 0; run < seeds.size(); ++run) {
    // The two signs of a particle have the same batch.
    const bool same = run > 0 && seeds[run] == seeds[run - 1] && steps[run] == steps[run - 1];
    own.push_back(same ? own.back()
                       : Batch(seeds[run], Split::kTrain, BatchStream(seeds[run], steps[run])));
    if (own.back().size() != own.front().size()) {
      Refuse("gives batches of different numbers of tensors");
    }
  }
  std::vector<at::Tensor> stacked;
  for (size_t i = 0; i < own.front().size(); ++i) {
    std::vector<at::Tensor> runs;
    for (const std::vector<at::Tensor>& batch : own) runs.push_back(batch[i]);
    stacked.push_back(Ask("have its batches put together", [&] { return at::stack(runs); }));
  }
  return stacked;
}

at::Tensor OwnTask::Losses(const std::vector<at::Tensor>& parameters,
                           const std::vector<at::Tensor>& batch) const {
  const int64_t runs = parameters.front().size(0);
  at::Tensor losses = Ask("compute its losses", [&] { return task_->Losses(parameters, batch); });
  if (IsFloat32(losses, {runs})) {
    // Of no parameter, then: all gradients are zero.
    const bool constant = at::GradMode::is_enabled() && !losses.requires_grad();
    return constant ? losses.detach().requires_grad_() : losses;
  }
  Refuse(
      fmt::format("has losses of {}; they must be a number for each run, Float [{}], on the "
                  "processor",
                  TextOf(losses), runs));
}

void CheckRepeats(const OwnTask& task) {
  // Of no run that there is.
  const RunSeed seed = {.key = 0x70617265, .particle = kMaxParticles - 1, .episode = 0};
  const size_t count = task.parameter_count();
  const auto step = [&] {
    // initial weights, gradient, loss
    std::vector<float> numbers(2 * count + 1);
    const std::span<float> weights(numbers.data(), count);
    task.SampleInitial(seed, weights);
    numbers.back() =
        task.LossAndGradient(seed, 0, weights, std::span(numbers).subspan(count, count));
    return numbers;
  };
  const std::vector<float> first = step(), second = step();
  if (std::memcmp(first.data(), second.data(), first.size() * sizeof(float)) == 0) return;
  const auto differ = [&](size_t begin, size_t size) {
    return std::memcmp(&first[begin], &second[begin], size * sizeof(float)) != 0;
  };
  const std::string what = differ(0, count) ? "initial weights" : "loss or gradient";
  throw StatusError(absl::InvalidArgumentError(fmt::format(
      "{} does not repeat itself: its {} came out otherwise the second time; it may draw random "
      "numbers from what it is handed alone, and must keep nothing from call to call",
      task.label(), what)));
}

absl::StatusOr<std::unique_ptr<Task>> MakeOwnTask(const v1::OwnTask& config,
                                                  const PluginTable& plugins) {
  const absl::StatusOr<const LoadedPlugin*> plugin = plugins.Find(config.plugin());
  if (!plugin.ok()) return plugin.status();
  return CatchStatus([&]() -> absl::StatusOr<std::unique_ptr<Task>> {
    auto task = std::make_unique<OwnTask>(config, **plugin);
    CheckRepeats(*task);
    return task;
  });
}

}  // namespace paceline
