#include "worker/torch_optimizer/learned_optimizer_impl.h"

#include <algorithm>

#include "common/lopt/curvature.h"
#include "common/lopt/layout.h"
#include "worker/torch_optimizer/refuse.h"
#include "worker/torch_optimizer/turned.h"
#include "worker/torch_optimizer/update.h"

namespace paceline {
namespace {

TrainedOptimizer ReadOrThrow(const std::string& checkpoint) {
  auto trained = ReadTrainedOptimizer(checkpoint);
  if (trained.ok()) return *std::move(trained);
  Refuse("{}", std::string(trained.status().message()));
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

std::vector<Parameter> WithGradient(const ParameterGroups& groups) {
  std::vector<Parameter> present = ListParameters(groups);
  std::erase_if(present, [](const Parameter& one) {
    return one.tensor.numel() == 0 || !one.tensor.grad().defined();
  });
  return present;
}

}  // namespace

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

void LearnedOptimizer::Impl::Check(const ParameterGroups& groups) const {
  std::vector<Parameter> parameters = ListParameters(groups);
  std::erase_if(parameters, [](const Parameter& one) {
    const bool may_move = one.tensor.requires_grad() || one.tensor.grad().defined();
    return one.tensor.numel() == 0 || !may_move;
  });
  CheckTrainable(parameters);
}

const LearnedOptimizer::Impl::Seat* LearnedOptimizer::Impl::Find(const Parameter& parameter) const {
  const auto seat = seats_.find(parameter.tensor.unsafeGetTensorImpl());
  return seat == seats_.end() ? nullptr : &seat->second;
}

void LearnedOptimizer::Impl::CheckSeat(const Parameter& parameter) const {
  const Seat* seat = Find(parameter);
  if (seat == nullptr) return;
  const torch::Tensor& tensor = parameter.tensor;
  const ParameterKind kind = parameter.options->kind();
  constexpr char kRemedy[] =
      "; its state cannot be carried over: call reset(), or make a new optimizer";
  if (tensor.sizes() != seat->shape) {
    Refuse("{} had the shape {} in its first step{}", parameter.Name(),
           c10::str(at::IntArrayRef(seat->shape)), kRemedy);
  }
  if (parameter.options->turn_weights() != seat->turned && tensor.dim() >= 2) {
    Refuse("the group of {} had turn_weights({}) in its first step{}", parameter.Name(),
           seat->turned, kRemedy);
  }
  if (kind != ParameterKind::kAutomatic && kind != seat->kind) {
    Refuse("the group of {} had another kind in its first step{}", parameter.Name(), kRemedy);
  }
}

void LearnedOptimizer::Impl::CheckTogether(const std::vector<Parameter>& present) const {
  if (UpdatesTensorsAlone(config()) || seats_.empty()) return;
  const bool same =
      present.size() == seats_.size() &&
      std::ranges::all_of(present, [this](const Parameter& one) { return Find(one) != nullptr; });
  if (same) return;
  Refuse(
      "{} looks at all tensors together, so that the same ones must have a gradient in every "
      "step: {} have one now, {} had one in the first step (with others, call reset)",
      kind_, present.size(), seats_.size());
}

void LearnedOptimizer::Impl::AddSet(const std::vector<Parameter>& members) {
  std::vector<TensorSet::Seen> seen;
  for (const Parameter& one : members) {
    seen.push_back({TurnedShape(one.tensor, one.options->turn_weights()), ToTensorKind(one.kind)});
  }
  const auto set = std::make_shared<TensorSet>(config(), seen, trained_.theta);
  for (size_t i = 0; i < members.size(); ++i) {
    const torch::Tensor& tensor = members[i].tensor;
    seats_.emplace(tensor.unsafeGetTensorImpl(),
                   Seat{.set = set,
                        .number = i,
                        .tensor = decltype(Seat::tensor)(tensor.getIntrusivePtr()),
                        .shape = tensor.sizes().vec(),
                        .turned = members[i].options->turn_weights(),
                        .kind = members[i].kind});
  }
}

void LearnedOptimizer::Impl::SeatAll(const std::vector<Parameter>& present) {
  if (!UpdatesTensorsAlone(config())) {
    if (seats_.empty() && !present.empty()) AddSet(present);
    return;
  }
  std::erase_if(seats_, [](const auto& seat) { return seat.second.tensor.expired(); });
  for (const Parameter& one : present) {
    if (Find(one) == nullptr) AddSet({one});
  }
}

void LearnedOptimizer::Impl::Step(const ParameterGroups& groups, float loss) {
  const std::vector<Parameter> present = WithGradient(groups);
  CheckTrainable(present);
  for (const Parameter& one : present) CheckSeat(one);
  CheckTogether(present);
  SeatAll(present);
  std::vector<SeatedParameter> seated;
  for (const Parameter& one : present) {
    const Seat& seat = *Find(one);
    seated.push_back({one.tensor, one.options, seat.set.get(), seat.number});
  }
  UpdateParameters(seated, loss, num_steps_);
}

}  // namespace paceline
