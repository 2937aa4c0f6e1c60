#include "worker/torch_optimizer/learned_optimizer_impl.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "common/lopt/curvature.h"
#include "common/lopt/layout.h"
#include "fmt/format.h"
#include "worker/torch_optimizer/turned.h"

namespace paceline {
namespace {

template <class... Args>
[[noreturn]] void Refuse(fmt::format_string<Args...> text, Args&&... args) {
  throw std::invalid_argument("LearnedOptimizer: " +
                              fmt::format(text, std::forward<Args>(args)...));
}

TrainedOptimizer ReadOrThrow(const std::string& checkpoint) {
  auto trained = ReadTrainedOptimizer(checkpoint);
  if (trained.ok()) return *std::move(trained);
  Refuse("{}", std::string(trained.status().message()));
}

void CheckOptions(const LearnedOptimizerOptions& options) {
  const auto is_size = [](double value) { return std::isfinite(value) && value >= 0; };
  if (is_size(options.lr()) && is_size(options.weight_decay()) &&
      is_size(options.max_grad_norm())) {
    return;
  }
  Refuse("lr, weight_decay and max_grad_norm are finite and at least 0; they are {}, {} and {}",
         options.lr(), options.weight_decay(), options.max_grad_norm());
}

void CheckParameter(const torch::Tensor& parameter, size_t number) {
  const auto describe = [&] {
    return fmt::format("parameter {} ({}, {} axes)", number, c10::toString(parameter.scalar_type()),
                       parameter.dim());
  };
  if (parameter.scalar_type() != torch::kFloat32) {
    Refuse("{} must be float32", describe());
  }
  if (parameter.layout() != torch::kStrided) Refuse("{} must be dense", describe());
  if (parameter.dim() > 8) Refuse("{} has more than 8 axes", describe());
  const torch::Tensor& gradient = parameter.grad();
  if (!gradient.defined()) return;
  if (gradient.layout() != torch::kStrided) Refuse("the gradient of {} must be dense", describe());
  if (gradient.scalar_type() != torch::kFloat32) {
    Refuse("the gradient of {} must be float32", describe());
  }
}

TensorKind ToTensorKind(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kInputWeights:
      return TensorKind::kInputWeights;
    case ParameterKind::kHiddenWeights:
      return TensorKind::kHiddenWeights;
    case ParameterKind::kOutputWeights:
      return TensorKind::kOutputWeights;
    case ParameterKind::kBias:
      return TensorKind::kBias;
    case ParameterKind::kEmbedding:
      return TensorKind::kEmbedding;
    case ParameterKind::kAutomatic:
    case ParameterKind::kOther:
      break;
  }
  return TensorKind::kOther;
}

double SumOfSquares(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  return sum;
}

}  // namespace

const LearnedOptimizerOptions& OptionsOf(const torch::optim::OptimizerParamGroup& group) {
  const auto* options = dynamic_cast<const LearnedOptimizerOptions*>(&group.options());
  if (options == nullptr) Refuse("a parameter group's options must be LearnedOptimizerOptions");
  CheckOptions(*options);
  return *options;
}

std::vector<TensorKind> KindsOf(const std::vector<torch::optim::OptimizerParamGroup>& groups,
                                const std::vector<LearnedOptimizerOptions>& options) {
  std::vector<TensorKind> kinds;
  std::vector<size_t> weights;  // that are to be told by their order
  for (size_t i = 0; i < groups.size(); ++i) {
    const ParameterKind given = options[i].kind();
    for (const torch::Tensor& parameter : groups[i].params()) {
      if (given == ParameterKind::kAutomatic && parameter.dim() >= 2) {
        weights.push_back(kinds.size());
      }
      kinds.push_back(given == ParameterKind::kAutomatic ? TensorKind::kBias : ToTensorKind(given));
    }
  }
  for (const size_t number : weights) {
    kinds[number] = number == weights.front()  ? TensorKind::kInputWeights
                    : number == weights.back() ? TensorKind::kOutputWeights
                                               : TensorKind::kHiddenWeights;
  }
  return kinds;
}

LearnedOptimizer::Impl::Impl(const std::string& checkpoint, int64_t num_steps)
    : Impl(ReadOrThrow(checkpoint), num_steps) {}

LearnedOptimizer::Impl::Impl(TrainedOptimizer trained, int64_t num_steps)
    : trained_(std::move(trained)),
      kind_(LayoutOf(trained_.optimizer).optimizer),
      num_steps_(num_steps) {
  if (ReadsNumSteps(config()) && num_steps < 1) {
    Refuse("{} must know how many steps the training will have: set the option num_steps", kind_);
  }
  if (config().has_system_parameters()) Refuse("{} are no optimizer", kind_);
  if (!CurvatureOf(config()).none()) {
    Refuse("this {} has features from curvature, which only Paceline's own tasks compute", kind_);
  }
}

std::vector<LearnedOptimizer::Impl::Present> LearnedOptimizer::Impl::FindPresent(
    const std::vector<torch::optim::OptimizerParamGroup>& groups) const {
  std::vector<Present> present;
  std::vector<LearnedOptimizerOptions> all;
  for (const auto& group : groups) all.push_back(OptionsOf(group));
  const std::vector<TensorKind> kinds = KindsOf(groups, all);
  size_t number = 0;
  for (const auto& group : groups) {
    const LearnedOptimizerOptions& options = OptionsOf(group);
    for (const torch::Tensor& parameter : group.params()) {
      CheckParameter(parameter, number);
      if (parameter.grad().defined() && parameter.numel() > 0) {
        present.push_back({parameter, &options, kinds[number]});
      }
      ++number;
    }
  }
  return present;
}

void LearnedOptimizer::Impl::AddSet(const std::vector<Present>& present) {
  std::vector<TensorSet::Seen> tensors;
  for (const Present& one : present) {
    places_[one.parameter.unsafeGetTensorImpl()] = {sets_.size(), tensors.size()};
    tensors.push_back({TurnedShape(one.parameter, one.options->turn_weights()), one.kind});
  }
  sets_.emplace_back(config(), tensors, trained_.theta);
}

void LearnedOptimizer::Impl::PlaceTogether(std::vector<Present>& present) {
  if (sets_.empty() && !present.empty()) AddSet(present);
  const bool same = present.size() == places_.size() &&
                    std::all_of(present.begin(), present.end(), [this](const Present& one) {
                      return places_.contains(one.parameter.unsafeGetTensorImpl());
                    });
  if (same) return;
  Refuse(
      "{} looks at all tensors together, so that the same ones must have a gradient in every "
      "step: {} have one now, {} had one in the first step (with others, call reset)",
      kind_, present.size(), places_.size());
}

void LearnedOptimizer::Impl::Place(std::vector<Present>& present) {
  if (!UpdatesTensorsAlone(config())) {
    PlaceTogether(present);
  } else {
    for (const Present& one : present) {
      if (!places_.contains(one.parameter.unsafeGetTensorImpl())) AddSet({one});
    }
  }
  for (Present& one : present) {
    const Seat seat = places_.at(one.parameter.unsafeGetTensorImpl());
    one.set = seat.set;
    one.number = seat.number;
  }
}

void LearnedOptimizer::Impl::Blend(const Present& one, std::span<const float> before,
                                   std::span<float> after) const {
  const auto lr = static_cast<float>(one.options->lr());
  const auto decay = static_cast<float>(one.options->lr() * one.options->weight_decay());
  if (lr == 1 && decay == 0) return;
  for (size_t i = 0; i < after.size(); ++i) {
    const float learned = lr == 1 ? after[i] : before[i] + lr * (after[i] - before[i]);
    after[i] = learned - decay * before[i];
  }
}

void LearnedOptimizer::Impl::Update(std::vector<Present>& present, float loss) {
  std::map<const LearnedOptimizerOptions*, double> squares;  // by group
  std::vector<bool> is_present(sets_.size());
  for (const Present& one : present) {
    TensorSet& set = sets_[one.set];
    const bool turn = one.options->turn_weights();
    const auto gradient = set.Tensor(set.gradient(), one.number);
    ReadTurned(one.parameter, turn, set.Tensor(set.parameters(), one.number));
    ReadTurned(one.parameter.grad(), turn, gradient);
    if (one.options->max_grad_norm() > 0) squares[one.options] += SumOfSquares(gradient);
    is_present[one.set] = true;
  }
  std::vector<std::vector<float>> before;
  for (const Present& one : present) {
    TensorSet& set = sets_[one.set];
    const auto values = set.Tensor(set.parameters(), one.number);
    before.emplace_back(values.begin(), values.end());
    const double limit = one.options->max_grad_norm();
    const double norm = limit > 0 ? std::sqrt(squares[one.options]) : 0;
    if (norm <= limit) continue;
    const auto scale = static_cast<float>(limit / norm);
    for (float& value : set.Tensor(set.gradient(), one.number)) value *= scale;
  }
  for (size_t i = 0; i < sets_.size(); ++i) {
    if (is_present[i]) sets_[i].Update(loss, num_steps_);
  }
  for (size_t i = 0; i < present.size(); ++i) {
    TensorSet& set = sets_[present[i].set];
    const auto after = set.Tensor(set.parameters(), present[i].number);
    Blend(present[i], before[i], after);
    WriteTurned(after, present[i].options->turn_weights(), present[i].parameter);
  }
}

}  // namespace paceline
