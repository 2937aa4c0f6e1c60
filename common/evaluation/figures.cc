#include "common/evaluation/figures.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "common/evaluation/profiles.h"
#include "common/evaluation/tallies.h"
#include "common/evaluation/words.h"
#include "common/plot/line_plot.h"
#include "common/plot/row_plot.h"
#include "common/plot/series_style.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// Where a speed-up of 0, which has no logarithm, is drawn.
constexpr double kLeastSpeedUp = 0.05;
constexpr double kLeastRegret = 1e-3;
constexpr size_t kLongestName = 60;

Series SeriesOf(const v1::Evaluation& evaluation, const Cast& cast, size_t place) {
  const v1::Contestant& contestant = evaluation.contestants(static_cast<int>(cast.shown[place]));
  return {.title = NameOf(contestant), .style = place, .strong = IsLearned(contestant)};
}

// Level from share to share.
std::vector<CurvePoint> SpeedUpSteps(const std::vector<ProfilePoint>& profile) {
  std::vector<CurvePoint> points;
  double share = 0;
  for (const ProfilePoint& point : profile) {
    points.push_back({.x = 100 * share, .y = std::max(point.at, kLeastSpeedUp)});
    share = point.share;
  }
  if (points.empty()) points.push_back({.x = 0, .y = kLeastSpeedUp});
  points.push_back({.x = 100, .y = points.back().y});
  return points;
}

std::vector<CurvePoint> RegretSteps(const std::vector<ProfilePoint>& profile) {
  std::vector<CurvePoint> points = {{.x = kLeastRegret, .y = 0}};
  for (const ProfilePoint& point : profile) {
    if (point.at <= kLeastRegret) {
      points.front().y = 100 * point.share;
    } else {
      points.push_back({.x = point.at, .y = 100 * point.share});
    }
  }
  points.push_back({.x = 1, .y = points.back().y});
  return points;
}

std::string Sentences(const std::string& first, const std::string& second) {
  return second.empty() ? first : first + " " + second;
}

// Different keys may leave the same letters.
void MakeNamesUnique(std::vector<Figure>& figures) {
  std::set<std::string> names;
  for (Figure& figure : figures) {
    const std::string name = figure.name;
    for (int i = 2; !names.insert(figure.name).second; ++i) {
      figure.name = fmt::format("{}-{}", name, i);
    }
  }
}

TallyRow RowOf(const std::string& title, const Tally& tally) {
  return {title, {tally.wins, tally.draws, tally.losses}};
}

}  // namespace

Figure SpeedUpFigure(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast) {
  LinePlot plot{.title = "Speed-up against share of cases",
                .x_title = "share of cases with at least this speed-up, %",
                .y_title = "speed-up over the case's best baseline",
                .kind = LineKind::kStep,
                .logarithmic_y = true,
                .x_low = 0,
                .x_high = 100,
                .level = 1};
  for (size_t i = 0; i < cast.shown.size(); ++i) {
    plot.series.push_back(SeriesOf(evaluation, cast, i));
    plot.series.back().points = SpeedUpSteps(SpeedUpProfile(metrics, cast.shown[i]));
  }
  double highest = 2;
  for (const Series& series : plot.series) highest = std::max(highest, series.points.front().y);
  plot.y_high = 1.2 * highest;
  const std::string seen = fmt::format(
      "Each line goes through a contestant's {} by falling speed-up; where it crosses 1 (dashed), "
      "it is "
      "as fast as the best baseline. {} and less is drawn at the lower edge.",
      CountOf(metrics.main_cases.size(), "case"), kLeastSpeedUp);
  return {"speed-up", plot.title, Sentences(seen, LeftOutText(cast)), DrawLinePlot(plot)};
}

Figure IntervalFigure(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast) {
  IntervalPlot plot{.title = "Speed-up of every contestant",
                    .x_title = "speed-up over the case's best baseline, interquartile mean",
                    .logarithmic = true,
                    .level = 1};
  std::vector<uint32_t> order(metrics.learned);
  order.insert(order.end(), metrics.baselines.begin(), metrics.baselines.end());
  for (const uint32_t index : order) {
    const auto& speed_up = metrics.contestants[index].speed_up;
    if (!speed_up) continue;
    const v1::Contestant& contestant = evaluation.contestants(static_cast<int>(index));
    plot.rows.push_back({.title = NameOf(contestant),
                         .value = speed_up->value,
                         .low = speed_up->interval.low,
                         .high = speed_up->interval.high,
                         .style = cast.StyleOf(index).value_or(kNeutralStyle),
                         .strong = IsLearned(contestant)});
  }
  return {
      "speed-up-intervals", plot.title,
      "Interquartile mean over cases with its 95 % interval over cases and runs. A fixed baseline "
      "is mostly below 1: the reference is the best of all on each case.",
      DrawIntervalPlot(plot)};
}

Figure ProfileFigure(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast) {
  LinePlot plot{.title = "Performance profile of the final loss",
                .x_title = "regret: part of the best contestant's gain that is missing",
                .y_title = "share of cases within that regret, %",
                .kind = LineKind::kStep,
                .logarithmic_x = true,
                .x_low = kLeastRegret,
                .x_high = 1,
                .y_low = 0,
                .y_high = 100};
  for (size_t i = 0; i < cast.shown.size(); ++i) {
    plot.series.push_back(SeriesOf(evaluation, cast, i));
    plot.series.back().points = RegretSteps(RegretProfile(metrics, cast.shown[i]));
  }
  return {
      "profile", plot.title,
      Sentences("The higher a line the better; on the left who is best or within a thousandth of "
                "it, on the right who gained anything.",
                LeftOutText(cast)),
      DrawLinePlot(plot)};
}

Figure TallyFigure(const v1::Evaluation& evaluation, const Metrics& metrics, uint32_t learned) {
  const BudgetTally tally = TalliesOf(evaluation, metrics, learned).front();
  std::vector<TallyRow> rows = {RowOf("all main cases", tally.main)};
  for (const GroupTally& group : tally.groups) rows.push_back(RowOf(group.name, group.tally));
  const v1::Contestant& contestant = evaluation.contestants(static_cast<int>(learned));
  const std::string title = fmt::format("{} against each case's best baseline", contestant.title());
  return {
      "wins-" + FileName(contestant.key()), title,
      "Cases that are clearly won or lost (paired by run, 95 %, and at least 0.5 % of the loss), "
      "whatever the baseline's budget.",
      DrawTallyPlot(title, rows)};
}

std::vector<Figure> MainFigures(const v1::Evaluation& evaluation, const Metrics& metrics) {
  const Cast cast = CastOf(evaluation, metrics);
  std::vector<Figure> figures = {SpeedUpFigure(evaluation, metrics, cast),
                                 IntervalFigure(evaluation, metrics, cast),
                                 ProfileFigure(evaluation, metrics, cast)};
  for (const uint32_t learned : metrics.learned) {
    figures.push_back(TallyFigure(evaluation, metrics, learned));
  }
  for (Figure& figure : StudyFigures(evaluation, metrics, cast)) {
    figures.push_back(std::move(figure));
  }
  figures.push_back(AllCurvesFigure(evaluation, metrics, cast));
  MakeNamesUnique(figures);
  return figures;
}

std::string FileName(const std::string& name) {
  std::string result;
  for (const char c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (plain) result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!plain && !result.empty() && result.back() != '-') result += '-';
  }
  return result.empty() ? "unnamed" : result.substr(0, kLongestName);
}

}  // namespace paceline
