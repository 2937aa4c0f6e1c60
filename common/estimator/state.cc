#include "common/estimator/state.h"

#include <fmt/format.h>

#include "common/base/sealed.h"

namespace paceline {
namespace {

constexpr std::string_view kName = "plestim1";
constexpr size_t kParticleSize = sizeof(int64_t) + 1;

}  // namespace

std::string EncodeState(const GradientEstimator::State& state) {
  std::string content;
  AppendNumber(content, state.step);
  AppendNumber(content, static_cast<uint64_t>(state.particle_starts.size()));
  for (const int64_t start : state.particle_starts) AppendNumber(content, start);
  for (const bool restart : state.pending_restarts) content.push_back(restart ? 1 : 0);
  return Seal(kName, content);
}

absl::StatusOr<GradientEstimator::State> DecodeState(std::string_view bytes) {
  absl::StatusOr<std::string_view> content = Unseal(kName, bytes);
  if (!content.ok()) return content.status();
  GradientEstimator::State state;
  uint64_t particles = 0;
  if (!TakeNumber(*content, state.step) || !TakeNumber(*content, particles) ||
      content->size() % kParticleSize != 0 || content->size() / kParticleSize != particles) {
    return absl::DataLossError(fmt::format("estimator state of {} bytes cannot be of {} particles",
                                           bytes.size(), particles));
  }
  state.particle_starts.resize(particles);
  for (int64_t& start : state.particle_starts) TakeNumber(*content, start);
  for (const char restart : *content) state.pending_restarts.push_back(restart != 0);
  return state;
}

}  // namespace paceline
