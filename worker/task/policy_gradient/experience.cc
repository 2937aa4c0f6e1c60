#include "worker/task/policy_gradient/experience.h"

#include <algorithm>
#include <cmath>

namespace paceline::control {
namespace {

size_t Product(int a, int b, int c = 1) {
  return static_cast<size_t>(a) * static_cast<size_t>(b) * static_cast<size_t>(c);
}

size_t RowsOf(const Network& surrogate) { return static_cast<size_t>(surrogate.batch); }

HostArray& ArrayOf(NetworkInputs& inputs, SurrogateInput input) {
  return inputs.arrays[static_cast<size_t>(input)];
}

bool HasTokens(const Network& surrogate, SurrogateInput input) {
  return surrogate.inputs[static_cast<size_t>(input)].kind == InputKind::kLabels;
}

// All inputs of a chunk, 0 everywhere.
void Clear(const Network& surrogate, NetworkInputs& inputs) {
  inputs.arrays.resize(surrogate.inputs.size());
  for (size_t i = 0; i < surrogate.inputs.size(); ++i) {
    const auto size = static_cast<size_t>(ElementsOf(surrogate.inputs[i].shape));
    if (HasTokens(surrogate, static_cast<SurrogateInput>(i))) {
      inputs.arrays[i].tokens.assign(size, 0);
    } else {
      inputs.arrays[i].floats.assign(size, 0.0f);
    }
  }
}

}  // namespace

Experience::Experience(int episodes, int horizon, int observed)
    : episodes_(episodes),
      groups_((episodes + kGroup - 1) / kGroup),
      horizon_(horizon),
      observed_(observed),
      seen_(Product(groups_, horizon + 1, observed * kGroup)),
      values_(Product(groups_, horizon + 1, kGroup)),
      actions_(Product(groups_, horizon, kGroup)),
      rewards_(actions_.size()),
      advantages_(actions_.size()),
      targets_(actions_.size()),
      returns_(Product(groups_, kGroup)),
      lengths_(returns_.size()),
      ended_(returns_.size()),
      broken_(returns_.size()) {}

size_t Experience::steps() const {
  size_t steps = 0;
  for (int e = 0; e < episodes_; ++e) steps += static_cast<size_t>(LengthOf(e));
  return steps;
}

float Experience::mean_return() const {
  double sum = 0;
  for (int e = 0; e < episodes_; ++e) sum += double{returns_[e]} + double{broken_[e]};
  return static_cast<float>(sum / episodes_);
}

ActingGroup Experience::Group(int g) {
  const size_t steps = Product(g, horizon_, kGroup), first = Product(g, kGroup);
  ActingGroup group;
  group.episodes = std::min(kGroup, episodes_ - g * kGroup);
  group.seen = seen_.data() + Product(g, horizon_ + 1, observed_ * kGroup);
  group.actions = actions_.data() + steps;
  group.rewards = rewards_.data() + steps;
  group.returns = returns_.data() + first;
  group.lengths = lengths_.data() + first;
  group.ended = ended_.data() + first;
  group.broken = broken_.data() + first;
  return group;
}

std::span<const float> Experience::Seen(int g) const {
  const size_t size = Product(horizon_ + 1, observed_ * kGroup);
  return std::span(seen_).subspan(static_cast<size_t>(g) * size, size);
}

std::span<float> Experience::Values(int g) {
  const size_t size = Product(horizon_ + 1, kGroup);
  return std::span(values_).subspan(static_cast<size_t>(g) * size, size);
}

int Experience::LongestOf(int g) const {
  const auto first = lengths_.begin() + g * kGroup;
  return static_cast<int>(*std::max_element(first, first + kGroup));
}

size_t Experience::At(int episode, int step) const {
  return Product(episode / kGroup, horizon_, kGroup) + Product(step, kGroup) +
         static_cast<size_t>(episode % kGroup);
}

void Experience::Judge(double discount, double trace) {
  for (int e = 0; e < episodes_; ++e) JudgeEpisode(e, discount, discount * trace);
  Normalise();
}

void Experience::JudgeEpisode(int episode, double discount, double decay) {
  const int length = LengthOf(episode);
  const float* const values = Values(episode / kGroup).data() + episode % kGroup;
  double after = ended_[episode] == 1 ? 0 : double{values[Product(length, kGroup)]};
  double advantage = 0;
  for (int step = length; step-- > 0;) {
    const size_t at = At(episode, step);
    const double value = values[Product(step, kGroup)];
    advantage = double{rewards_[at]} + discount * after - value + decay * advantage;
    advantages_[at] = static_cast<float>(advantage);
    targets_[at] = static_cast<float>(advantage + value);
    after = value;
  }
}

void Experience::Normalise() {
  constexpr double kEpsilon = 1e-8;
  const size_t count = steps();
  double sum = 0, squares = 0;
  ForSteps(0, count, [&](int e, int step) { sum += double{advantages_[At(e, step)]}; });
  const double mean = sum / static_cast<double>(count);
  ForSteps(0, count, [&](int e, int step) {
    const double off = double{advantages_[At(e, step)]} - mean;
    squares += off * off;
  });
  const double deviation = std::sqrt(squares / static_cast<double>(count));
  ForSteps(0, count, [&](int e, int step) {
    float& advantage = advantages_[At(e, step)];
    advantage = static_cast<float>((double{advantage} - mean) / (deviation + kEpsilon));
  });
}

template <class Body>
void Experience::ForSteps(size_t first, size_t count, const Body& body) const {
  size_t before = 0;
  for (int e = 0; e < episodes_ && count > 0; ++e) {
    const auto length = static_cast<size_t>(LengthOf(e));
    for (size_t step = first > before ? first - before : 0; step < length && count > 0; ++step) {
      body(e, static_cast<int>(step));
      --count;
    }
    before += length;
  }
}

size_t Experience::chunks(const Network& surrogate) const {
  return (steps() + RowsOf(surrogate) - 1) / RowsOf(surrogate);
}

void Experience::FillChunk(const Network& surrogate, size_t c, NetworkInputs& inputs) const {
  Clear(surrogate, inputs);
  const size_t rows = RowsOf(surrogate);
  const auto weight = static_cast<float>(1 / static_cast<double>(steps()));
  const auto observed = static_cast<size_t>(observed_);
  std::vector<float>& seen = ArrayOf(inputs, SurrogateInput::kSeen).floats;
  HostArray& actions = ArrayOf(inputs, SurrogateInput::kActions);
  const bool is_torque = !HasTokens(surrogate, SurrogateInput::kActions);
  size_t row = 0;
  ForSteps(c * rows, rows, [&](int e, int step) {
    const size_t at = At(e, step);
    const float* const from =
        Seen(e / kGroup).data() + Product(step, observed_ * kGroup) + e % kGroup;
    for (size_t i = 0; i < observed; ++i) seen[row * observed + i] = from[i * kGroup];
    if (is_torque) {
      actions.floats[row] = actions_[at];
    } else {
      actions.tokens[row] = static_cast<int32_t>(actions_[at]);
    }
    ArrayOf(inputs, SurrogateInput::kAdvantages).floats[row] = advantages_[at];
    ArrayOf(inputs, SurrogateInput::kTargets).floats[row] = targets_[at];
    ArrayOf(inputs, SurrogateInput::kWeights).floats[row] = weight;
    ++row;
  });
}

}  // namespace paceline::control
