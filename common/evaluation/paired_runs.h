// Two contestants on one case, run by run: run i of both has the same initial weights and batches.
#pragma once

#include <cstdint>

#include "common/evaluation/statistics.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

enum class Contest { kWin, kDraw, kLoss };

struct PairedRuns {
  SampleMean difference{};  // ours − theirs, of the final training loss
  uint32_t lower = 0;       // runs on which ours is lower
  uint32_t runs = 0;
  Contest contest = Contest::kDraw;
};

// A win or a loss is clear: the 95 % interval of the mean difference leaves zero out, and the mean
// is at least 0.5 % of their mean loss; or none of one's runs ends below its initial loss and all
// of the other's do, however few they are. Both have equally many runs.
PairedRuns CompareRuns(const v1::EvaluationEntry& ours, const v1::EvaluationEntry& theirs);

// By the same rule, of a difference whose interval is known.
Contest ContestOf(double difference, const Interval& interval, double their_mean);

struct Tally {
  uint32_t wins = 0, draws = 0, losses = 0;

  void Add(Contest contest);
  uint32_t total() const { return wins + draws + losses; }
};

}  // namespace paceline
