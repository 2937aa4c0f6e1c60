// Which settings of a hand-designed optimizer are tried under a budget, and which one is taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/baseline/setting.h"
#include "common/suite/cases.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

// Settings are tried in rounds: all of a round at once, in any order. What is tried is a function
// of rule, budget, key and the losses that came back.
//   zero-shot  nothing is tried; the settings that were best on the reference task
//   rates      learning rates at equal ratios over the rule's range, all else as transferred
//   trials     the transferred settings, then draws of all searched hyperparameters
// Where the best setting lies at an edge of a range, the range is widened there by a factor of ten
// and a quarter of the budget is tried in what was added, up to three times. At last the best few
// run once more, with trainings of their own and more of them: the least of many noisy losses is
// not the best setting's.
class BaselineSearch {
 public:
  BaselineSearch(const BaselineRule& rule, const BaselineBudget& budget, uint64_t key);

  // The round at hand; empty: the search is over.
  const std::vector<v1::BaselineSetting>& round() const { return round_; }
  // Which trainings its settings are compared by, if `seeds` is the suite's number for them: their
  // numbers begin at first, and there are count.
  struct Trainings {
    uint32_t first = 0, count = 0;
  };
  Trainings TrainingsOf(uint32_t seeds) const;
  // losses: of round()'s settings, in order; not finite: the worst. The next round follows.
  void Take(const std::vector<double>& losses);

  // Of all so far, or of the last round if it is over; ties go to the one that was tried first.
  const v1::BaselineSetting& best() const { return best_; }
  uint64_t trials() const { return trials_; }
  // Searched hyperparameters of the best setting that lie at an edge of what was tried.
  std::vector<std::string> at_edge() const;

 private:
  struct Axis {  // of a searched hyperparameter with a range
    Knob knob;
  };
  struct Part {  // what an axis was widened by
    Knob beyond;
    Side side = Side::kHigh;
  };

  std::optional<Side> EdgeOf(const Axis& axis) const;
  double Best(const Axis& axis) const;
  std::vector<v1::BaselineSetting> Rates() const;
  std::vector<v1::BaselineSetting> Draws();
  // Widens the axes at whose edge the best setting lies.
  std::vector<Part> Widen();
  // Settings in those parts; none if there are none.
  std::vector<v1::BaselineSetting> Widened();
  double Uniform();

  const BaselineRule& rule_;
  const BaselineBudget budget_;
  const uint64_t key_;
  std::vector<Axis> axes_;  // the learning rate first
  std::vector<v1::BaselineSetting> round_;
  v1::BaselineSetting best_;
  struct Trial {
    v1::BaselineSetting setting;
    double loss = 0;
  };
  std::vector<Trial> tried_;  // by loss, the least first; equal ones in the order of their trials
  bool last_ = false;         // the best few run once more
  uint64_t trials_ = 0;
  uint64_t drawn_ = 0;
  int widenings_ = 0;
};

}  // namespace paceline
