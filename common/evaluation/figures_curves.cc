#include <algorithm>
#include <cmath>

#include "common/evaluation/figures.h"
#include "common/evaluation/loss_curve.h"
#include "common/evaluation/mean_curve.h"
#include "common/evaluation/tallies.h"
#include "common/evaluation/words.h"
#include "common/plot/line_plot.h"
#include "common/plot/series_style.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr size_t kPoints = 50;
constexpr double kLogarithmicFrom = 30;
constexpr double kAboveInitial = 0.05;

// At most so many points, evenly along a logarithmic axis; the first and the last always.
std::vector<CurvePoint> Thinned(const std::vector<double>& places,
                                const std::vector<double>& losses) {
  const double ratio = std::pow(std::max(places.back(), 2.0), 1.0 / kPoints);
  std::vector<CurvePoint> points;
  double next = 0;
  for (size_t i = 0; i < losses.size(); ++i) {
    if (places[i] < next && i + 1 < losses.size()) continue;
    points.push_back({.x = places[i], .y = losses[i]});
    next = std::max(places[i], 1.0) * ratio;
  }
  return points;
}

Series CurveOf(const EntryMetrics& entry, uint64_t steps, size_t style, bool strong) {
  const auto points = static_cast<size_t>(entry.entry->runs(0).training_size());
  return {.style = style,
          .points = Thinned(GridOf({steps, points}).places, MeanCurve(entry, steps)),
          .strong = strong};
}

// From the lowest loss to a little above the initial one: a loss that rises must not flatten the
// others.
void SetLosses(const CaseScale& scale, LinePlot& plot) {
  double low = INFINITY;
  for (const Series& series : plot.series) {
    for (const CurvePoint& point : series.points) low = std::min(low, point.y);
  }
  if (!(low < scale.initial_loss)) return;
  plot.logarithmic_y = low > 0 && scale.initial_loss / low > kLogarithmicFrom;
  plot.y_high = scale.initial_loss + kAboveInitial * std::fabs(scale.initial_loss);
  plot.y_low = plot.logarithmic_y ? low : low - 0.03 * (scale.initial_loss - low);
}

SmallPlot PlotOf(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast,
                 uint32_t index) {
  const v1::EvaluationCase& its_case = evaluation.cases(static_cast<int>(index));
  const CaseMetrics& figures = metrics.cases[index];
  SmallPlot small{.title = its_case.title(),
                  .subtitle = CountOf(its_case.steps(), "step") +
                              (its_case.outside() ? ", outside of the trained range" : ""),
                  .plot = {.logarithmic_x = true,
                           .x_low = 1,
                           .x_high = static_cast<double>(std::max<uint64_t>(its_case.steps(), 2))}};
  for (size_t i = 0; i < cast.shown.size(); ++i) {
    const EntryMetrics* entry = figures.Find(cast.shown[i]);
    const bool learned = IsLearned(evaluation.contestants(static_cast<int>(cast.shown[i])));
    if (entry) small.plot.series.push_back(CurveOf(*entry, its_case.steps(), i, learned));
  }
  if (figures.reference && !cast.StyleOf(*figures.reference)) {
    small.plot.series.push_back(
        CurveOf(*figures.Find(*figures.reference), its_case.steps(), kNeutralStyle, false));
  }
  SetLosses(figures.scale, small.plot);
  return small;
}

// Style by style; the last is each case's best baseline, should that not be shown.
std::vector<Series> KeyOf(const v1::Evaluation& evaluation, const Metrics& metrics,
                          const Cast& cast) {
  std::vector<Series> key;
  for (size_t i = 0; i < cast.shown.size(); ++i) {
    const v1::Contestant& contestant = evaluation.contestants(static_cast<int>(cast.shown[i]));
    key.push_back({.title = NameOf(contestant), .style = i, .strong = IsLearned(contestant)});
  }
  const bool others =
      std::any_of(metrics.cases.begin(), metrics.cases.end(),
                  [&](const CaseMetrics& c) { return c.reference && !cast.StyleOf(*c.reference); });
  if (others) key.push_back({.title = "the case's best baseline", .style = kNeutralStyle});
  return key;
}

std::string Caption(const Cast& cast) {
  std::string text =
      "Mean training loss over runs, against updates (logarithmic); each line has the letter of "
      "the key at its "
      "end. "
      "Losses above the initial one are drawn at the upper edge.";
  const std::string left_out = LeftOutText(cast);
  return left_out.empty() ? text : text + " " + left_out;
}

template <class Predicate>
Figure FigureOf(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast,
                const std::string& name, const std::string& title, Predicate&& belongs) {
  std::vector<SmallPlot> plots;
  for (uint32_t i = 0; i < metrics.cases.size(); ++i) {
    if (metrics.cases[i].entries.empty() || !belongs(i)) continue;
    plots.push_back(PlotOf(evaluation, metrics, cast, i));
  }
  return {name, title, Caption(cast),
          DrawSmallPlots(plots, KeyOf(evaluation, metrics, cast), title)};
}

}  // namespace

Figure CurvesFigure(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast,
                    const std::string& group) {
  return FigureOf(evaluation, metrics, cast, "curves-" + FileName(group), "Curves: " + group,
                  [&](uint32_t i) { return GroupOf(evaluation, i) == group; });
}

Figure AllCurvesFigure(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast) {
  return FigureOf(evaluation, metrics, cast, "curves", "Curves of every case",
                  [](uint32_t) { return true; });
}

}  // namespace paceline
