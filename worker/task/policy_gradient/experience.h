// What a batch of episodes was like, and what a policy is to learn from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/task/policy_gradient.h"
#include "worker/network/inputs.h"
#include "worker/task/policy_gradient/acting_plan.h"

namespace paceline::control {

// Arrays [group, ..., kGroup] as ActingGroup's, an episode a lane; what lies behind the end of an
// episode, and in lanes that are none, means nothing.
class Experience {
 public:
  Experience(int episodes, int horizon, int observed);

  int groups() const { return groups_; }
  int episodes() const { return episodes_; }
  size_t steps() const;       // taken in all episodes
  float mean_return() const;  // NaN if the policy gave what is not finite

  // Group number g's arrays; `start`, `noise` and `work` are the caller's.
  ActingGroup Group(int g);
  std::span<const float> Seen(int g) const;  // [horizon + 1, observed, kGroup]
  std::span<float> Values(int g);            // [horizon + 1, kGroup]
  int LongestOf(int g) const;                // steps of the group's longest episode

  // Once groups and values are there: advantages and targets of the value function.
  //   δ_t = r_t + γ·V(s_{t+1}) − V(s_t),  A_t = δ_t + γ·λ·A_{t+1},  target_t = A_t + V(s_t),
  // V of a state that ended an episode 0, of one that the horizon cut off the function's own, A
  // behind either 0 (J. Schulman et al., "High-dimensional continuous control using generalized
  // advantage estimation", 2015, (16)). Advantages become less their mean over all steps, divided
  // by their standard deviation + 1e-8.
  void Judge(double discount, double trace);

  // Chunk number c of the steps taken, as inputs of the surrogate network, whose weights are one by
  // the number of all steps; rows behind the last step have 0 everywhere.
  size_t chunks(const Network& surrogate) const;
  void FillChunk(const Network& surrogate, size_t c, NetworkInputs& inputs) const;

 private:
  size_t At(int episode, int step) const;  // in arrays of a number for each step
  int LengthOf(int episode) const { return static_cast<int>(lengths_[episode]); }
  void JudgeEpisode(int episode, double discount, double decay);
  void Normalise();
  // body(episode, step) for steps number first, ..., first + count − 1 of all.
  template <class Body>
  void ForSteps(size_t first, size_t count, const Body& body) const;

  int episodes_, groups_, horizon_, observed_;
  std::vector<float> seen_;                                // [group, horizon + 1, observed, kGroup]
  std::vector<float> values_;                              // [group, horizon + 1, kGroup]
  std::vector<float> actions_, rewards_;                   // [group, horizon, kGroup]
  std::vector<float> advantages_, targets_;                // likewise
  std::vector<float> returns_, lengths_, ended_, broken_;  // [group, kGroup]
};

}  // namespace paceline::control
