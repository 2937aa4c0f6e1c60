#include "common/task/policy_gradient.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/network/builder.h"
#include "common/network/cost.h"
#include "common/network/fused_plan.h"
#include "common/task/environments.h"
#include "common/task/network_parts.h"
#include "common/task/parts.h"
#include "common/task/task_fault.h"

namespace paceline {
namespace {

// Steps of a chunk at most: few enough that their values stay in a core's cache.
constexpr uint64_t kMostRows = 256;
constexpr uint64_t kEpisodesSideBySide = 16;

uint64_t MostSteps(const v1::PolicyGradient& task) {
  return uint64_t{task.batch()} * HorizonOf(task);
}

int64_t RowsOf(const v1::PolicyGradient& task) {
  return static_cast<int64_t>(std::min(kMostRows, PaddedTo16(MostSteps(task))));
}

std::vector<int64_t> WidthsOf(const v1::PolicyGradient& task, int64_t outputs) {
  std::vector<int64_t> widths(task.hidden().begin(), task.hidden().end());
  widths.push_back(outputs);
  return widths;
}

// Of every row: −ln π of its action, and the policy's entropy, [R] each.
struct Judged {
  Value surprise, entropy;
};

Judged OfSoftmax(NetworkBuilder& net, Value logits, Value actions) {
  const int64_t rows = net.Shape(logits)[0], count = net.Last(logits);
  std::vector<double> identity(static_cast<size_t>(count * count));
  for (int64_t k = 0; k < count; ++k) identity[static_cast<size_t>(k * count + k)] = 1;
  const Value chosen = net.Embed(actions, net.Constant({count, count}, std::move(identity)));
  const Value surprise = net.CrossEntropy(logits, actions);
  // ln Σ e^logits = surprise + the action's logit.
  const Value log_sum = net.Add(surprise, net.Sum(net.Multiply(logits, chosen), {1}));
  const Value log_chances = net.Subtract(logits, net.Reshape(log_sum, {rows, 1}));
  const Value sum = net.Sum(net.Multiply(net.Exp(log_chances), log_chances), {1});
  return {surprise, net.Affine(sum, -1, 0)};
}

Judged OfNormal(NetworkBuilder& net, Value mean, Value actions) {
  const Value log_deviation = net.Parameter("policy/log_deviation", {1}, TensorKind::kOther, {});
  const Value off = net.Multiply(net.Subtract(actions, net.Reshape(mean, net.Shape(actions))),
                                 net.Exp(net.Affine(log_deviation, -1, 0)));
  // ln √2π and ln √(2πe).
  constexpr double kLogRoot = 0.91893853320467274178;
  const Value spread = net.Broadcast(log_deviation, net.Shape(actions));
  return {net.Add(net.Affine(net.Square(off), 0.5, kLogRoot), spread),
          net.Affine(spread, 1, kLogRoot + 0.5)};
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  for (uint32_t& width : *scaled.mutable_policy_gradient()->mutable_hidden()) {
    width = Scaled(width, numerator, denominator);
  }
  return scaled;
}

// What is kept of a batch of episodes (worker/task/policy_gradient/experience.h) and of a chunk.
uint64_t ExperienceFloats(const v1::PolicyGradient& task) {
  const auto observed = static_cast<uint64_t>(EnvironmentFactsOf(task.environment()).observed);
  constexpr uint64_t kBeside = 5;  // action, reward, value, advantage, target
  const uint64_t steps = uint64_t{HorizonOf(task)} + 1;
  uint64_t widest = observed;
  for (const uint32_t width : task.hidden()) widest = std::max<uint64_t>(widest, width);
  return PaddedTo16(task.batch()) * steps * (observed + kBeside) +
         kEpisodesSideBySide * (steps + 2 * widest) +
         static_cast<uint64_t>(RowsOf(task)) * (observed + kBeside);
}

// Of all layers for one step, forwards.
double ForwardFlops(const Network& network, v1::Activation activation) {
  double flops = 0;
  for (const ParameterTensor& tensor : network.tensors) {
    const bool is_weights = tensor.shape.size() == 2;
    const auto size = static_cast<double>(tensor.size);
    flops += is_weights ? 2 * size : size * FlopsOf(activation).value;
  }
  return flops;
}

// With episodes as long as they may be.
double InnerStepFlops(const v1::PolicyGradient& task, const Network& network,
                      const NetworkCost& cost) {
  const auto steps = static_cast<double>(MostSteps(task));
  return steps *
         (ForwardFlops(network, task.activation()) + EnvironmentFactsOf(task.environment()).flops +
          cost.flops / static_cast<double>(network.batch));
}

std::string TextOf(const v1::PolicyGradient& task) {
  return fmt::format("{}, hidden [{}], {}, {} episodes of {} steps",
                     EnvironmentFactsOf(task.environment()).name, fmt::join(task.hidden(), ", "),
                     EnumWord(v1::Activation_Name(task.activation()), "ACTIVATION_"), task.batch(),
                     HorizonOf(task));
}

bool IsValidOne(const v1::PolicyGradient& task) {
  v1::Task whole;
  *whole.mutable_policy_gradient() = task;
  return IsValid(whole);
}

}  // namespace

uint32_t HorizonOf(const v1::PolicyGradient& task) {
  return task.horizon() == 0 ? EnvironmentFactsOf(task.environment()).steps : task.horizon();
}

MetaLossRule PolicyGradientMetaLoss(const v1::PolicyGradient& task) {
  const EnvironmentFacts environment = EnvironmentFactsOf(task.environment());
  const double horizon = HorizonOf(task);
  const double low = -environment.best_per_step * horizon;
  const double high = -environment.worst_per_step * horizon;
  const double slope = 10 / (high - low);
  return {.replaces_infinities = true,
          .low = low,
          .high = high,
          .slope = slope,
          .offset = -slope * low};
}

Network SurrogateNetwork(const v1::PolicyGradient& task) {
  const EnvironmentFacts environment = EnvironmentFactsOf(task.environment());
  const bool is_torque = environment.actions == 0;
  NetworkBuilder net(RowsOf(task));
  const Value seen = net.Input(InputKind::kFeatures, {environment.observed});
  const Value actions = net.Input(is_torque ? InputKind::kTargets : InputKind::kLabels, {});
  const Value advantages = net.Input(InputKind::kTargets, {});
  const Value targets = net.Input(InputKind::kTargets, {});
  const Value weights = net.Input(InputKind::kTargets, {});
  const Weights init(net, task.init(), task.init_scale());
  const Value outputs =
      Mlp(net, "policy", seen, WidthsOf(task, std::max<int64_t>(1, environment.actions)),
          task.activation(), init);
  const Judged judged =
      is_torque ? OfNormal(net, outputs, actions) : OfSoftmax(net, outputs, actions);
  const Value values = Mlp(net, "value", seen, WidthsOf(task, 1), task.activation(), init);
  const Value errors = net.Square(net.Subtract(net.Reshape(values, net.Shape(targets)), targets));
  const Value terms = net.Add(net.Multiply(judged.surprise, advantages),
                              net.Subtract(net.Affine(errors, task.value_weight(), 0),
                                           net.Affine(judged.entropy, task.entropy(), 0)));
  return net.Finish(net.SumAll(net.Multiply(terms, weights)), PolicyGradientMetaLoss(task));
}

PolicyParts PartsOf(const v1::PolicyGradient& task, const Network& network) {
  PolicyParts parts;
  parts.layers = static_cast<size_t>(task.hidden_size()) + 1;
  parts.value_tensor = network.tensors.size() - 2 * parts.layers;
  if (parts.value_tensor > 2 * parts.layers) {
    parts.log_deviation = static_cast<int>(2 * parts.layers);
  }
  const auto is_activation = [](const NetworkChoice& choice) {
    return choice.name == "activation";
  };
  const auto found = std::ranges::find_if(network.choices, is_activation);
  if (found != network.choices.end()) {
    parts.activation_choice = static_cast<int>(found - network.choices.begin());
  }
  return parts;
}

TaskFacts PolicyGradientFacts(const v1::PolicyGradient& task) {
  TaskFacts facts;
  facts.article_and_name = "a policy_gradient";
  facts.text = TextOf(task);
  facts.tiers = {v1::ENGINE_REFERENCE, v1::ENGINE_FUSED};
  facts.own_tier = v1::ENGINE_FUSED;
  facts.scaled = Widened;
  if (!IsValidOne(task)) return facts;
  const Network network = SurrogateNetwork(task);
  const NetworkCost cost = CostOf(network);
  facts.tensors = network.tensors;
  facts.batch_floats = ExperienceFloats(task);
  facts.value_floats = cost.value_floats;
  facts.scratch_floats = PlanFused(network).floats + facts.batch_floats;
  facts.flops = InnerStepFlops(task, network, cost);
  return facts;
}

}  // namespace paceline
