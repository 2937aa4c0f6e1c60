#include "coordinator/aggregate/strict.h"

#include <algorithm>

namespace paceline {

StepDecision DecideStrict(const StepSnapshot& snapshot) {
  StepDecision close{.kind = StepDecision::Kind::kClose, .blocks = {}};
  StepDecision ask{.kind = StepDecision::Kind::kAsk, .blocks = {}};
  for (uint32_t block = 0; block < snapshot.blocks.size(); ++block) {
    const BlockProgress& progress = snapshot.blocks[block];
    if (progress.answered) close.blocks.push_back(block);
    if (!progress.answered && progress.asks.empty()) ask.blocks.push_back(block);
  }
  if (close.blocks.size() == snapshot.blocks.size()) return close;
  return ask.blocks.empty() ? StepDecision() : ask;
}

}  // namespace paceline
