#include "common/checkpoint/theta_state.h"
#include "common/config/optimizer.h"
#include "common/msgpack/msgpack.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"

namespace paceline::fuzz {
namespace {

const ThetaLayout& Layout() {
  static const ThetaLayout layout = LayoutOf(*ParseOptimizer("{adafac_mlp: {hidden: 4}}", "fuzz"));
  return layout;
}

}  // namespace

void ThetaState(std::string_view input) {
  const auto value = ParseMsgpack(input);
  PACELINE_REQUIRE(value.ok() || absl::IsInvalidArgument(value.status()));
  const auto state = ParseThetaState(input);
  PACELINE_REQUIRE(value.ok() || !state.ok());
  if (!state.ok()) {
    PACELINE_REQUIRE(absl::IsInvalidArgument(state.status()));
    return;
  }
  for (const auto& [path, tensor] : state->leaves) {
    size_t elements = 1;
    for (const int64_t size : tensor.shape) elements *= static_cast<size_t>(size);
    PACELINE_REQUIRE(tensor.elements() == elements);
  }
  const auto theta = FromLeaves(ToOurPaths(state->leaves, Layout()), Layout());
  if (!theta.ok()) return;
  const auto again = ParseThetaState(SerializeThetaState(Layout(), *theta));
  PACELINE_REQUIRE(again.ok());
  const auto same = FromLeaves(again->leaves, Layout());
  PACELINE_REQUIRE(same.ok() && same->size() == theta->size());
}

}  // namespace paceline::fuzz
