#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "common/evaluation/figures.h"
#include "common/evaluation/loss_curve.h"
#include "common/evaluation/mean_curve.h"
#include "common/evaluation/words.h"
#include "common/plot/heat_map.h"
#include "common/plot/line_plot.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr double kLogarithmicFrom = 8;  // ratio of the highest to the lowest place
constexpr double kLogarithmicLoss = 4;  // and loss
constexpr double kAboveInitial = 0.05;  // of the initial loss, shown above it

struct Study {
  std::string name;
  std::vector<uint32_t> cases;  // by place
};

// What all pictures of a study need.
struct View {
  const v1::Evaluation& evaluation;
  const Metrics& metrics;
  const Cast& cast;

  const v1::EvaluationCase& CaseOf(uint32_t index) const {
    return evaluation.cases(static_cast<int>(index));
  }
  const v1::Contestant& ContestantOf(uint32_t index) const {
    return evaluation.contestants(static_cast<int>(index));
  }
};

std::vector<Study> StudiesOf(const v1::Evaluation& evaluation) {
  std::vector<Study> studies;
  for (int i = 0; i < evaluation.cases_size(); ++i) {
    const std::string& name = evaluation.cases(i).study();
    if (name.empty()) continue;
    auto found = std::find_if(studies.begin(), studies.end(),
                              [&](const Study& study) { return study.name == name; });
    if (found == studies.end()) found = studies.insert(found, {name, {}});
    found->cases.push_back(static_cast<uint32_t>(i));
  }
  for (Study& study : studies) {
    std::stable_sort(study.cases.begin(), study.cases.end(), [&](uint32_t a, uint32_t b) {
      return evaluation.cases(static_cast<int>(a)).place() <
             evaluation.cases(static_cast<int>(b)).place();
    });
  }
  return studies;
}

// By horizon; all in one where no horizon has two.
std::map<uint64_t, std::vector<uint32_t>> ByHorizon(const View& view, const Study& study) {
  std::map<uint64_t, std::vector<uint32_t>> horizons;
  for (const uint32_t index : study.cases) {
    horizons[view.CaseOf(index).steps()].push_back(index);
  }
  const bool varied = std::all_of(horizons.begin(), horizons.end(),
                                  [](const auto& item) { return item.second.size() == 1; });
  if (varied) return {{0, study.cases}};
  return horizons;
}

std::string OfHorizon(uint64_t steps) {
  return steps == 0 ? "" : fmt::format(", {}", CountOf(steps, "step"));
}

std::string NameSuffix(uint64_t steps) { return steps == 0 ? "" : fmt::format("-{}", steps); }

// ---- axes of places ----

// Half way to the neighbour, as the axis goes.
double Between(double a, double b, bool logarithmic) {
  return logarithmic ? std::sqrt(a * b) : (a + b) / 2;
}

void SetPlaces(const View& view, const std::vector<uint32_t>& cases, LinePlot& plot) {
  std::set<double> places;
  for (const uint32_t index : cases) places.insert(view.CaseOf(index).place());
  plot.x_ticks.assign(places.begin(), places.end());
  const double low = plot.x_ticks.front(), high = plot.x_ticks.back();
  plot.logarithmic_x = low > 0 && high / low >= kLogarithmicFrom;
  const double margin = plot.logarithmic_x ? 1.15 : 0.05 * std::max(high - low, 1e-9);
  plot.x_low = plot.logarithmic_x ? low / margin : low - margin;
  plot.x_high = plot.logarithmic_x ? high * margin : high + margin;
}

// The cases inside of the trained range, if any is outside.
void SetTrained(const View& view, const std::vector<uint32_t>& cases, LinePlot& plot) {
  std::optional<double> first, last, before, behind;
  for (const uint32_t index : cases) {
    const double place = view.CaseOf(index).place();
    if (!view.CaseOf(index).outside()) {
      if (!first) first = place;
      last = place;
    } else if (!first) {
      before = place;
    } else if (!behind) {
      behind = place;
    }
  }
  if (!first || (!before && !behind)) return;
  plot.ground = {.from = before ? Between(*before, *first, plot.logarithmic_x) : *plot.x_low,
                 .to = behind ? Between(*last, *behind, plot.logarithmic_x) : *plot.x_high,
                 .title = "trained range"};
}

// ---- final loss ----

CurvePoint LossPoint(const View& view, const EntryMetrics& entry, uint32_t index) {
  const SampleMean& loss = entry.training_loss;
  return {.x = view.CaseOf(index).place(),
          .y = loss.mean,
          .low = loss.interval.low,
          .high = loss.interval.high};
}

// Failures must not flatten the rest.
void SetLosses(const View& view, const std::vector<uint32_t>& cases, LinePlot& plot) {
  double initial = -INFINITY, low = INFINITY;
  for (const uint32_t index : cases) {
    initial = std::max(initial, view.metrics.cases[index].scale.initial_loss);
  }
  double high = low;
  high = -INFINITY;
  for (const Series& series : plot.series) {
    for (const CurvePoint& point : series.points) {
      low = std::min(low, point.y);
      high = std::max(high, point.y);
    }
  }
  if (!(low <= high)) return;
  plot.logarithmic_y = low > 0 && high / low > kLogarithmicLoss;
  plot.y_high = std::min(high + 0.08 * (high - low), initial + kAboveInitial * std::fabs(initial));
  plot.y_low = plot.logarithmic_y ? low / 1.3 : low - 0.08 * (*plot.y_high - low);
}

Series ContestantSeries(const View& view, size_t place) {
  const v1::Contestant& contestant = view.ContestantOf(view.cast.shown[place]);
  return {.title = NameOf(contestant), .style = place, .strong = IsLearned(contestant)};
}

Figure LossFigure(const View& view, const Study& study, uint64_t steps,
                  const std::vector<uint32_t>& cases) {
  LinePlot plot{
      .title = fmt::format("Study {}{}: final training loss", study.name, OfHorizon(steps)),
      .x_title = study.name,
      .y_title = "training loss of the last tenth",
      .kind = LineKind::kDots};
  for (size_t i = 0; i < view.cast.shown.size(); ++i) {
    plot.series.push_back(ContestantSeries(view, i));
    for (const uint32_t index : cases) {
      const EntryMetrics* entry = view.metrics.cases[index].Find(view.cast.shown[i]);
      if (entry) plot.series.back().points.push_back(LossPoint(view, *entry, index));
    }
  }
  SetPlaces(view, cases, plot);
  SetTrained(view, cases, plot);
  SetLosses(view, cases, plot);
  return {
      fmt::format("study-{}{}", FileName(study.name), NameSuffix(steps)), plot.title,
      fmt::format("Means with their 95 % intervals over runs; what lies above the initial loss is "
                  "drawn at the upper edge. {}",
                  LeftOutText(view.cast)),
      DrawLinePlot(plot)};
}

// ---- speed-up over place and horizon ----

std::string PlaceName(const v1::EvaluationCase& its_case) {
  return its_case.value().empty() ? fmt::format("{:.6g}", its_case.place()) : its_case.value();
}

HeatCell CellOf(const View& view, uint32_t index, uint32_t learned) {
  const EntryMetrics* entry = view.metrics.cases[index].Find(learned);
  if (!entry || !entry->speed_up) return {};
  return {.value = entry->speed_up->value, .failed = entry->failures.failed() > 0};
}

void SetColumns(const View& view, const Study& study, const std::set<double>& places,
                HeatMap& map) {
  for (const double place : places) {
    const auto found = std::find_if(study.cases.begin(), study.cases.end(), [&](uint32_t index) {
      return view.CaseOf(index).place() == place;
    });
    map.columns.push_back(PlaceName(view.CaseOf(*found)));
    map.marked_columns.push_back(view.CaseOf(*found).outside());
    if (map.marked_columns.back()) map.mark = "outside of the trained range";
  }
}

Figure HeatFigure(const View& view, const Study& study, uint32_t learned) {
  std::set<double> places;
  std::set<uint64_t> horizons;
  std::map<std::pair<uint64_t, double>, uint32_t> where;
  for (const uint32_t index : study.cases) {
    const v1::EvaluationCase& its_case = view.CaseOf(index);
    places.insert(its_case.place());
    horizons.insert(its_case.steps());
    where[{its_case.steps(), its_case.place()}] = index;
  }
  const v1::Contestant& contestant = view.ContestantOf(learned);
  HeatMap map{
      .title = fmt::format("{}: speed-up by {} and horizon", contestant.title(), study.name),
      .x_title = study.name,
      .y_title = "inner steps"};
  SetColumns(view, study, places, map);
  for (const uint64_t steps : horizons) {
    map.rows.push_back(fmt::to_string(steps));
    map.cells.emplace_back();
    for (const double place : places) {
      const auto found = where.find({steps, place});
      map.cells.back().push_back(found == where.end() ? HeatCell{}
                                                      : CellOf(view, found->second, learned));
    }
  }
  return {fmt::format("heat-{}-{}", FileName(study.name), FileName(contestant.key())), map.title,
          "Speed-up over each case's best baseline; darker is slower, a thick frame is at least 1, "
          "a cross marks failed runs.",
          DrawHeatMap(map)};
}

bool HasHorizons(const View& view, const Study& study) { return ByHorizon(view, study).size() > 1; }

// ---- batch sizes ----

// A loss that some baseline reaches on each case.
std::optional<double> CommonGoal(const View& view, const std::vector<uint32_t>& cases) {
  double goal = -INFINITY;
  for (const uint32_t index : cases) {
    const auto& its_goal = view.metrics.cases[index].goal;
    if (!its_goal) return std::nullopt;
    goal = std::max(goal, its_goal->loss);
  }
  return goal;
}

std::optional<double> UpdatesTo(const View& view, const EntryMetrics& entry, uint32_t index,
                                double goal) {
  const uint64_t steps = view.CaseOf(index).steps();
  const MeanTraining mean = CountedMean(entry, steps);
  const auto points = static_cast<size_t>(entry.entry->runs(0).training_size());
  const CurveGrid grid = GridOf({steps, points});
  return FirstReach(grid.places, FallingFit(mean.losses, grid.counts), goal);
}

Figure BatchFigure(const View& view, const Study& study, uint64_t steps,
                   const std::vector<uint32_t>& cases, double goal) {
  LinePlot plot{.title = fmt::format("Study {}{}: updates to a loss of {:.4g}", study.name,
                                     OfHorizon(steps), goal),
                .x_title = "examples in a batch",
                .y_title = "updates",
                .kind = LineKind::kDots,
                .logarithmic_y = true};
  for (size_t i = 0; i < view.cast.shown.size(); ++i) {
    plot.series.push_back(ContestantSeries(view, i));
    for (const uint32_t index : cases) {
      const EntryMetrics* entry = view.metrics.cases[index].Find(view.cast.shown[i]);
      const auto updates = entry ? UpdatesTo(view, *entry, index, goal) : std::nullopt;
      if (!updates || *updates <= 0) continue;
      plot.series.back().points.push_back(
          {.x = view.CaseOf(index).place(), .y = *updates, .low = NAN, .high = NAN});
    }
  }
  SetPlaces(view, cases, plot);
  SetTrained(view, cases, plot);
  return {
      fmt::format("batch-{}{}", FileName(study.name), NameSuffix(steps)), plot.title,
      fmt::format("The loss is the highest of the batch sizes' best baselines' final losses, so "
                  "that it can be reached at each. Twice the batch at half the updates costs the "
                  "same examples. A point is missing where it is never reached. {}",
                  LeftOutText(view.cast)),
      DrawLinePlot(plot)};
}

void AddFigures(const View& view, const Study& study, std::vector<Figure>& figures) {
  for (const auto& [steps, cases] : ByHorizon(view, study)) {
    figures.push_back(LossFigure(view, study, steps, cases));
    if (!study.name.starts_with("batch")) continue;
    if (const auto goal = CommonGoal(view, cases)) {
      figures.push_back(BatchFigure(view, study, steps, cases, *goal));
    }
  }
  if (!HasHorizons(view, study)) return;
  for (const uint32_t learned : view.metrics.learned) {
    figures.push_back(HeatFigure(view, study, learned));
  }
}

}  // namespace

std::vector<Figure> StudyFigures(const v1::Evaluation& evaluation, const Metrics& metrics,
                                 const Cast& cast) {
  const View view{evaluation, metrics, cast};
  std::vector<Figure> figures;
  for (const Study& study : StudiesOf(evaluation)) AddFigures(view, study, figures);
  return figures;
}

}  // namespace paceline
