// What came of it, in a sentence for each learned contestant, whichever way.
#pragma once

#include <string>
#include <vector>

#include "common/evaluation/metrics.h"

namespace paceline {

struct LearnedVerdict {
  uint32_t contestant = 0;
  uint32_t place = 0;  // among all contestants, by mean rank; 0: it has run on no main case
  uint32_t contestants = 0;
  std::optional<uint32_t> rival = {};  // the baseline with the best place
  Tally against_rival{};               // over the main cases
};

LearnedVerdict VerdictOf(const v1::Evaluation& evaluation, const Metrics& metrics,
                         uint32_t learned);
// "mine is 3rd of 20 contestants by mean rank over 60 cases (3.1; the best, Muon, 150 trials: 1.8).
// ..." Of a single case with the losses of both.
std::string VerdictText(const v1::Evaluation& evaluation, const Metrics& metrics,
                        const LearnedVerdict& verdict);
// One sentence or more for each learned contestant, a line each; says so where there is none.
std::string VerdictText(const v1::Evaluation& evaluation, const Metrics& metrics);

}  // namespace paceline
