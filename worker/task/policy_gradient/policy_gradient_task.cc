#include "worker/task/policy_gradient/policy_gradient_task.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/task/environments.h"
#include "worker/network/initial.h"
#include "worker/network/torch/evaluate.h"
#include "worker/task/batches.h"
#include "worker/task/policy_gradient/acting.h"

namespace paceline {
namespace {

using control::ActingPlan;
using control::Experience;
using control::kGroup;
using control::MlpPlan;

// Of the initial states' numbers; an environment has no more.
constexpr uint64_t kMostStates = 4;
constexpr size_t kEvaluatedEpisodes = 64;

// In [0, 1), with 24 random bits.
void FillUniforms(const Stream& stream, uint64_t first, std::span<float> out) {
  std::vector<uint32_t> words(out.size());
  FillWords(stream, first, words);
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(words[i] >> 8) * 0x1p-24f;
}

MlpPlan PlanOfMlp(std::span<const ParameterTensor> tensors, v1::Activation activation) {
  MlpPlan plan;
  plan.layers = static_cast<int>(tensors.size()) / 2;
  plan.activation = static_cast<kernels::ActivationKind>(activation);
  for (int l = 0; l < plan.layers; ++l) {
    const ParameterTensor& weights = tensors[static_cast<size_t>(2 * l)];
    plan.widths[l] = static_cast<int>(weights.shape[0]);
    plan.widths[l + 1] = static_cast<int>(weights.shape[1]);
    plan.weights[l] = weights.offset;
    plan.biases[l] = tensors[static_cast<size_t>(2 * l + 1)].offset;
  }
  return plan;
}

ActingPlan MakePlan(const v1::PolicyGradient& config, const Network& surrogate,
                    const PolicyParts& parts) {
  const std::span<const ParameterTensor> tensors = surrogate.tensors;
  ActingPlan plan;
  plan.environment = static_cast<control::EnvironmentKind>(config.environment());
  plan.horizon = static_cast<int>(HorizonOf(config));
  plan.policy = PlanOfMlp(tensors.first(2 * parts.layers), config.activation());
  plan.value = PlanOfMlp(tensors.subspan(parts.value_tensor), config.activation());
  if (parts.log_deviation >= 0) {
    plan.log_deviation = tensors[static_cast<size_t>(parts.log_deviation)].offset;
  }
  return plan;
}

// Numbers of a group's draws: those of the starts, then those of the steps.
struct GroupDraws {
  GroupDraws(const ActingPlan& plan, int states, bool normal, const Stream& stream, int groups,
             int group)
      : start(static_cast<size_t>(states) * kGroup),
        noise(static_cast<size_t>(plan.horizon) * kGroup) {
    const auto lanes = static_cast<uint64_t>(kGroup), own = static_cast<uint64_t>(group);
    const uint64_t all_starts = static_cast<uint64_t>(groups) * kMostStates * lanes;
    const uint64_t first = all_starts + own * static_cast<uint64_t>(plan.horizon) * lanes;
    FillUniforms(stream, own * kMostStates * lanes, start);
    if (normal) {
      FillNormals(stream, first, noise);
    } else {
      FillUniforms(stream, first, noise);
    }
  }

  std::vector<float> start;  // [state, kGroup]
  std::vector<float> noise;  // [horizon, kGroup]
};

}  // namespace

PolicyGradientTask::PolicyGradientTask(const v1::PolicyGradient& config, lane::Target target)
    : config_(config), target_(target), surrogate_(SurrogateNetwork(config)) {
  const PolicyParts parts = PartsOf(config, surrogate_);
  const EnvironmentFacts environment = EnvironmentFactsOf(config.environment());
  plan_ = MakePlan(config, surrogate_, parts);
  activation_choice_ = parts.activation_choice;
  states_ = environment.states;
  observed_ = static_cast<int>(environment.observed);
}

std::vector<float> PolicyGradientTask::EpisodeDraws(const RunSeed& seed) const {
  std::vector<float> draws(static_cast<size_t>(surrogate_.episode_floats()));
  FillEpisode(surrogate_, EpisodeStream(seed, Purpose::kTaskDynamic), draws);
  return draws;
}

void PolicyGradientTask::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  FillInitial(surrogate_, EpisodeStream(seed, Purpose::kTaskInit), EpisodeDraws(seed), parameters);
}

ActingPlan PolicyGradientTask::PlanOf(const RunSeed& seed) const {
  if (activation_choice_ < 0) return plan_;
  const NetworkChoice& choice = surrogate_.choices[static_cast<size_t>(activation_choice_)];
  const int option = ChosenOption(surrogate_, EpisodeDraws(seed), activation_choice_);
  ActingPlan plan = plan_;
  plan.policy.activation =
      static_cast<kernels::ActivationKind>(choice.options[static_cast<size_t>(option)]);
  plan.value.activation = plan.policy.activation;
  return plan;
}

Experience PolicyGradientTask::MakeExperience() const {
  return {static_cast<int>(config_.batch()), plan_.horizon, observed_};
}

PolicyGradientTask::Workspace PolicyGradientTask::MakeWorkspace() const {
  return {.experience = MakeExperience(), .gradient = std::vector<float>(parameter_count())};
}

void PolicyGradientTask::Rollout(const RunSeed& seed, const Stream& stream,
                                 std::span<const float> parameters, bool with_values,
                                 Experience& experience) const {
  const ActingPlan plan = PlanOf(seed);
  const bool is_torque = config_.environment() == v1::ENVIRONMENT_PENDULUM;
  const int widest = std::max(plan.policy.widest(), plan.value.widest());
  std::vector<float> work(size_t{2} * static_cast<size_t>(widest) * kGroup);
  for (int g = 0; g < experience.groups(); ++g) {
    const GroupDraws draws(plan, states_, is_torque, stream, experience.groups(), g);
    control::ActingGroup group = experience.Group(g);
    group.start = draws.start.data();
    group.noise = draws.noise.data();
    group.work = work.data();
    control::Act(target_, plan, parameters.data(), group);
    if (!with_values) continue;
    control::Value(target_, plan, parameters.data(), group.seen, experience.LongestOf(g) + 1,
                   experience.Values(g).data(), work.data());
  }
}

void PolicyGradientTask::Act(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                             Experience& experience) const {
  Rollout(seed, DrawStream(seed, step), parameters, /*with_values=*/true, experience);
  experience.Judge(config_.discount(), config_.trace());
}

Experience PolicyGradientTask::Act(const RunSeed& seed, int64_t step,
                                   std::span<const float> parameters) const {
  Experience experience = MakeExperience();
  Act(seed, step, parameters, experience);
  return experience;
}

float PolicyGradientTask::LossAndGradient(const RunSeed& seed, int64_t step,
                                          std::span<const float> parameters,
                                          std::span<float> gradient, const Surrogate& surrogate,
                                          Workspace& workspace) const {
  auto& [experience, chunk, own] = workspace;
  Act(seed, step, parameters, experience);
  const float loss = -experience.mean_return();
  std::ranges::fill(gradient, std::isfinite(loss) ? 0.0f : loss);
  if (!std::isfinite(loss)) return loss;
  chunk.episode = EpisodeDraws(seed);
  for (size_t c = 0; c < experience.chunks(surrogate_); ++c) {
    experience.FillChunk(surrogate_, c, chunk);
    surrogate(chunk, parameters, own);
    for (size_t i = 0; i < own.size(); ++i) gradient[i] += own[i];
  }
  return loss;
}

float PolicyGradientTask::LossAndGradient(const RunSeed& seed, int64_t step,
                                          std::span<const float> parameters,
                                          std::span<float> gradient) const {
  Workspace workspace = MakeWorkspace();
  return LossAndGradient(
      seed, step, parameters, gradient,
      [this](const NetworkInputs& chunk, std::span<const float> at, std::span<float> own) {
        PlainLossAndGradient(surrogate_, chunk, at, own);
      },
      workspace);
}

BatchScore PolicyGradientTask::Score(const RunSeed& seed, const FreshBatch& batch,
                                     std::span<const float> parameters) const {
  Experience experience = MakeExperience();
  Rollout(seed, MadeStream(seed, batch), parameters, /*with_values=*/false, experience);
  return {.loss = -experience.mean_return()};
}

SplitScore PolicyGradientTask::Evaluate(const RunSeed& seed, std::span<const float> parameters,
                                        Split split, size_t examples) const {
  const size_t wanted = examples == 0 ? kEvaluatedEpisodes : examples;
  const size_t batches = (wanted + config_.batch() - 1) / config_.batch();
  double sum = 0;
  for (size_t number = 0; number < batches; ++number) {
    const FreshBatch batch = {
        .split = split, .purpose = Purpose::kFinalBatch, .number = static_cast<int64_t>(number)};
    sum += double{Score(seed, batch, parameters).loss};
  }
  return {.loss = sum / static_cast<double>(batches)};
}

}  // namespace paceline
