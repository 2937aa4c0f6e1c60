#include "common/estimator/state.h"

#include <fmt/format.h>

#include "common/base/sealed.h"

namespace paceline {
namespace {

// The second has where each block is, too.
constexpr std::string_view kName = "plestim1", kNameWithBlocks = "plestim2";
constexpr size_t kParticleSize = sizeof(int64_t) + 1;

bool TakeBlocks(std::string_view& content, std::vector<int64_t>& windows) {
  uint64_t blocks = 0;
  if (!TakeNumber(content, blocks) || blocks == 0 || blocks > content.size() / sizeof(int64_t)) {
    return false;
  }
  windows.resize(blocks);
  for (int64_t& window : windows) TakeNumber(content, window);
  return true;
}

}  // namespace

std::string EncodeState(const GradientEstimator::State& state) {
  std::string content;
  AppendNumber(content, state.step);
  AppendNumber(content, static_cast<uint64_t>(state.particle_starts.size()));
  for (const int64_t start : state.particle_starts) AppendNumber(content, start);
  for (const bool restart : state.pending_restarts) content.push_back(restart ? 1 : 0);
  if (state.next_windows.empty()) return Seal(kName, content);
  std::string blocks;
  AppendNumber(blocks, static_cast<uint64_t>(state.next_windows.size()));
  for (const int64_t window : state.next_windows) AppendNumber(blocks, window);
  return Seal(kNameWithBlocks, blocks + content);
}

absl::StatusOr<GradientEstimator::State> DecodeState(std::string_view bytes) {
  const bool has_blocks = bytes.starts_with(kNameWithBlocks);
  absl::StatusOr<std::string_view> content = Unseal(has_blocks ? kNameWithBlocks : kName, bytes);
  if (!content.ok()) return content.status();
  GradientEstimator::State state;
  if (has_blocks && !TakeBlocks(*content, state.next_windows)) {
    return absl::DataLossError(
        fmt::format("estimator state of {} bytes does not say where blocks are", bytes.size()));
  }
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
