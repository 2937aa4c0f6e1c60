// One number of a trained optimizer on tasks that it was not trained on, to follow a training by.
#pragma once

#include "paceline/v1/evaluation.pb.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// No progress counts for more: a case that suits the optimizer must not outweigh all others.
inline constexpr double kMostProgress = 2;

// How the first learned contestant of the evaluation, which has one and hand-designed ones, has
// done on its main cases: those of no study, or all where every one is of a study. Progress on a
// case is (initial − loss) / (initial − best), from 0 to kMostProgress; losses are means over runs
// of the final training loss, `best` is the lowest of the hand-designed ones. Where these have
// gained nothing it is 1 if the optimizer has, else 0. Step, name and time are the caller's to
// fill.
v1::HeldOutRecord HeldOutOf(const v1::Evaluation& evaluation);

// The one of most progress, the earliest among equals; null if there is none.
template <class Records>
const v1::HeldOutRecord* BestOf(const Records& records) {
  const v1::HeldOutRecord* best = nullptr;
  for (const v1::HeldOutRecord& record : records) {
    const bool better = !best || record.progress() > best->progress() ||
                        (record.progress() == best->progress() && record.step() < best->step());
    if (better) best = &record;
  }
  return best;
}

}  // namespace paceline
