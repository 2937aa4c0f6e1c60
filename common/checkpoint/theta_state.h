// google/learned_optimization's parameter files (`theta.state`, `params_N`): flax's MessagePack.
// Nested maps with text keys; an array is an extension of type 1 (of type 3, one number) whose
// payload is itself MessagePack, [shape, dtype name, little-endian bytes].
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/checkpoint/theta_leaves.h"
#include "common/lopt/layout.h"

namespace paceline {

struct ThetaState {
  ThetaLeaves leaves;  // float32, by the library's paths
  std::string origin;  // what the file says of itself, for people
};

// Keys are joined by '/', so any grouping of a path into keys is accepted; so is what
// ParameterCheckpoint wraps around θ ({params, gen_id, step}). float64, float16 and bfloat16 are
// converted to float32, to the nearest.
absl::StatusOr<ThetaState> ParseThetaState(std::string_view bytes);

// Leaves by the paths of the layout.
ThetaLeaves ToOurPaths(ThetaLeaves leaves, const ThetaLayout& layout);

// θ alone, grouped as the library groups it: a haiku module's name is one key ("mlp/~/linear_0",
// "~", "rnn/linear").
std::string SerializeThetaState(const ThetaLayout& layout, std::span<const float> theta);

}  // namespace paceline
