// Whether the learned optimizer is better, said honestly.
#pragma once

#include <string>

#include "worker/eval/evaluate.h"

namespace paceline {

enum class Outcome { kBeats, kNoClearDifference, kLoses };

struct Verdict {
  Outcome outcome = Outcome::kNoClearDifference;
  double difference = 0;  // mean over seeds of learned − baseline, training loss at the end
  int seeds_better = 0;   // seeds on which the learned one is lower
  int seeds = 0;
};

// Compares run by run (they share initial weights and batches). A difference is clear if its mean
// is more than two standard errors from zero and at least 0.5 % of the baseline's loss.
Verdict Compare(const OptimizerResult& learned, const OptimizerResult& baseline);
// The baseline with the lowest mean training loss. There is one.
const OptimizerResult& BestRival(const ScenarioResult& result);
// "loses to tuned Muon, the best rival (training loss 0.61 against 0.55; lower on 0 of 5 seeds);
// beats tuned Adam and SGD"
std::string VerdictText(const ScenarioResult& result);

}  // namespace paceline
