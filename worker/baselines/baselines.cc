#include "worker/baselines/baselines.h"

#include "fmt/format.h"
#include "worker/baselines/adamw.h"
#include "worker/baselines/learnable.h"
#include "worker/baselines/muon.h"

namespace paceline {

std::string GridKnob::Text(size_t value) const {
  return words.empty() ? fmt::format("{} {:g}", name, values[value]) : words[value];
}

std::vector<Baseline> Baselines() {
  return {MuonBaseline(), AdamWBaseline(), AdamBaseline(), MomentumBaseline(), SgdBaseline()};
}

}  // namespace paceline
