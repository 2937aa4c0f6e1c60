// Evaluations for tests: made of curves that are given, or of made-up ones in numbers like those of
// a real suite.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "paceline/v1/evaluation.pb.h"

namespace paceline {

// Loss after so many updates.
using LossFunction = std::function<double(double updates)>;

// A run of `steps` inner steps whose losses are those of the function, summed up as an engine does:
// means of at most `points` spans, the first loss, the mean of the last tenth.
v1::RunOutcome RunOf(const LossFunction& loss, uint64_t steps, size_t points = 100);

// One case, on which each contestant's runs follow the function of its run's number.
struct SampleContestant {
  std::string key;
  std::string budget;  // empty: a learned one
  std::function<LossFunction(int run)> runs;
};
v1::Evaluation OneCase(const std::vector<SampleContestant>& contestants, uint64_t steps, int seeds,
                       size_t points = 100);

// 40 cases of eight families and studies of width (at two horizons), horizon and batch; two learned
// and eighteen hand-designed contestants (six rules under three budgets). The first learned one
// stalls on wide networks and diverges on some tasks.
const v1::Evaluation& MadeUpEvaluation();
// The same suite with another first contestant, a little better.
const v1::Evaluation& LaterEvaluation();

}  // namespace paceline
