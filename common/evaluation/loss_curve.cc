#include "common/evaluation/loss_curve.h"

#include <algorithm>

namespace paceline {
namespace {

bool StartsBehindZero(const Spans& spans) { return spans.points > 0 && spans.middle(0) > 0; }

// Neighbours with one value.
struct Block {
  double mean = 0, count = 0;
  size_t points = 0;

  void Join(const Block& next) {
    mean = (count * mean + next.count * next.mean) / (count + next.count);
    count += next.count;
    points += next.points;
  }
};

}  // namespace

double Spans::first(size_t i) const {
  const double end = static_cast<double>(steps), count = static_cast<double>(points);
  const uint64_t whole = (steps + points - 1) / points;
  // Whole spans with a shorter last one, unless that would leave some empty.
  if (whole * (points - 1) >= steps) return end * static_cast<double>(i) / count;
  return std::min(static_cast<double>(whole * i), end);
}

CurveGrid GridOf(const Spans& spans) {
  CurveGrid grid;
  const auto add = [&](double place, double count) {
    grid.places.push_back(place);
    grid.counts.push_back(count);
  };
  if (StartsBehindZero(spans)) add(0, 1);
  for (size_t i = 0; i < spans.points; ++i) add(spans.middle(i), spans.length(i));
  return grid;
}

std::vector<double> CurveLosses(const Spans& spans, double initial_loss,
                                std::span<const double> span_means) {
  std::vector<double> losses;
  if (StartsBehindZero(spans)) losses.push_back(initial_loss);
  losses.insert(losses.end(), span_means.begin(), span_means.end());
  return losses;
}

std::vector<double> FallingFit(std::span<const double> losses, std::span<const double> counts) {
  std::vector<Block> blocks;
  blocks.reserve(losses.size());
  for (size_t i = 0; i < losses.size(); ++i) {
    blocks.push_back({losses[i], counts[i], 1});
    while (blocks.size() > 1 && blocks.back().mean > blocks[blocks.size() - 2].mean) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().Join(last);
    }
  }
  std::vector<double> fit(losses.size());
  auto next = fit.begin();
  for (const Block& block : blocks) next = std::fill_n(next, block.points, block.mean);
  return fit;
}

std::optional<double> FirstReach(std::span<const double> places, std::span<const double> falling,
                                 double target) {
  const auto first = std::find_if(falling.begin(), falling.end(),
                                  [target](double loss) { return loss <= target; });
  if (first == falling.end()) return std::nullopt;
  const auto i = static_cast<size_t>(first - falling.begin());
  if (i == 0) return places[0];
  const double share = (falling[i - 1] - target) / (falling[i - 1] - falling[i]);
  return places[i - 1] + share * (places[i] - places[i - 1]);
}

}  // namespace paceline
