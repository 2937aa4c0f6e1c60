// How far an evaluation is, for people.
#pragma once

#include <chrono>
#include <ostream>
#include <string>

#include "common/suite/plan.h"

namespace paceline {

// "1 h 5 min", "2 min 10 s", "8 s"; rounded to what matters.
std::string DurationText(double seconds);

// "suite-quick: 1240 of 3500 units (35 % of the work), 1 min 20 s left"
std::string ProgressText(const std::string& name, const PlanProgress& progress, double computed,
                         double seconds);

// Says it every few seconds.
class TimeLeft {
 public:
  TimeLeft(std::string name, std::ostream& out) : name_(std::move(name)), out_(out) {}
  // computed: work of units that were not in the store. Not thread-safe.
  void Say(const PlanProgress& progress, double computed);

 private:
  using Clock = std::chrono::steady_clock;

  const std::string name_;
  std::ostream& out_;
  const Clock::time_point begin_ = Clock::now();
  Clock::time_point said_ = begin_;
};

}  // namespace paceline
