// Loss against updates, and when it reaches a target.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace paceline {

// Where a training of `steps` inner steps is cut into `points` spans: span i is the losses from
// first(i) to first(i + 1), which were measured after so many updates.
struct Spans {
  uint64_t steps = 0;
  size_t points = 0;

  double first(size_t i) const;
  // Of the updates before its losses: no lag.
  double middle(size_t i) const { return (first(i) + first(i + 1) - 1) / 2; }
  double length(size_t i) const { return first(i + 1) - first(i); }
};

// The updates at which a curve has its points: 0, where the initial loss was measured, and the
// middle of each span behind it.
std::vector<double> CurvePlaces(const Spans& spans);
// The losses there. `span_means` has one for each span.
std::vector<double> CurveLosses(const Spans& spans, double initial_loss,
                                std::span<const double> span_means);

// The first place at which the running minimum of the curve is at `target`, by straight lines
// between points; empty: never.
std::optional<double> FirstReach(std::span<const double> places, std::span<const double> losses,
                                 double target);

}  // namespace paceline
