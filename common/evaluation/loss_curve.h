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

// The points of a curve: the initial loss after no update (unless the first span is that loss
// alone), then the middle of each span.
struct CurveGrid {
  std::vector<double> places;  // updates
  std::vector<double> counts;  // of losses that the point is a mean of
};
CurveGrid GridOf(const Spans& spans);
// The losses there. `span_means` has one for each span.
std::vector<double> CurveLosses(const Spans& spans, double initial_loss,
                                std::span<const double> span_means);

// The curve that never rises and is nearest to the losses, in squares weighted by their counts.
// What is not kept is averaged away, a lucky batch as much as a fall that is lost again; a running
// minimum takes both for progress.  (Pool adjacent violators: M. Ayer et al., "An empirical
// distribution function for sampling with incomplete information", 1955.)
std::vector<double> FallingFit(std::span<const double> losses, std::span<const double> counts);

// The first place at which a curve that never rises is at `target`, by straight lines between
// points; empty: never.
std::optional<double> FirstReach(std::span<const double> places, std::span<const double> falling,
                                 double target);

}  // namespace paceline
