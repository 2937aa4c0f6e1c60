#include "worker/estimators/report.h"

#include <algorithm>
#include <cmath>

#include "common/plot/svg_plot.h"
#include "common/text/table.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

// Of a deterministic gradient, rounding aside, beside that of an estimate.
constexpr double kNoVariance = 1e-9;

std::string Number(double value) {
  const double size = std::abs(value);
  return size != 0 && (size < 1e-3 || size >= 1e5) ? fmt::format("{:.2e}", value)
                                                   : fmt::format("{:.4g}", value);
}
std::string WithError(const Estimated& figure) {
  if (figure.error < 1e-6 * std::abs(figure.value)) return Number(figure.value);
  return fmt::format("{} ± {}", Number(figure.value), fmt::format("{:.1g}", figure.error));
}

// In parts of the truth's length; what noise hides is given by its upper end.
std::string BiasText(const Figures& figures) {
  const double truth = figures.truth.value;
  if (!(truth > 0)) return "?";
  const double bias = figures.bias.value / truth, error = figures.bias.error / truth;
  if (bias < 3 * error) return fmt::format("< {:.2g} %", 100 * (bias + 2 * error));
  return fmt::format("{:.3g} ± {:.1g} %", 100 * bias, 100 * error);
}

std::vector<std::string> Titles() {
  return {"ESTIMATOR",        "SIGMA",          "WINDOW", "PARTICLES", "STEPS", "BIAS", "VARIANCE",
          "VARIANCE x STEPS", "SIGNAL / NOISE", "COSINE", ""};
}

std::vector<std::string> Cells(const StudyRow& row) {
  const Figures& figures = row.figures;
  const Estimated costed = {row.CostedVariance(), figures.variance.error * row.inner_steps};
  return {row.estimator,
          row.sigma > 0 ? fmt::format("{:.3g}", row.sigma) : "-",
          fmt::to_string(row.window),
          fmt::to_string(row.particles),
          fmt::format("{:.0f}", row.inner_steps),
          BiasText(figures),
          WithError(figures.variance),
          WithError(costed),
          WithError(figures.signal_to_noise),
          figures.signal.value > 2 * figures.signal.error ? WithError(figures.cosine) : "?",
          row.lost > 0 ? fmt::format("({} samples not finite)", row.lost) : ""};
}

nlohmann::ordered_json ToJson(const Estimated& figure) {
  return {{"value", figure.value}, {"error", figure.error}};
}

nlohmann::ordered_json ToJson(const StudyRow& row) {
  const Figures& figures = row.figures;
  nlohmann::ordered_json json = {{"estimator", row.estimator}};
  if (row.sigma > 0) json["sigma"] = row.sigma;
  json["window"] = row.window;
  json["particles"] = row.particles;
  json["inner_steps"] = row.inner_steps;
  json["bias"] = ToJson(figures.bias);
  json["truth"] = ToJson(figures.truth);
  json["signal"] = ToJson(figures.signal);
  json["variance"] = ToJson(figures.variance);
  json["variance_times_inner_steps"] =
      ToJson({row.CostedVariance(), figures.variance.error * row.inner_steps});
  json["signal_to_noise"] = ToJson(figures.signal_to_noise);
  json["cosine"] = ToJson(figures.cosine);
  json["lost"] = row.lost;
  return json;
}

nlohmann::ordered_json ToJson(const TaskPart& part) {
  return {{"name", part.name},
          {"windows", part.windows},
          {"gradient", ToJson(part.gradient)},
          {"variance", ToJson(part.variance)},
          {"gradient_part", part.gradient_part},
          {"variance_part", part.variance_part}};
}

std::string Percent(double part) { return fmt::format("{:.1f} %", 100 * part); }

std::string TasksText(const std::vector<TaskPart>& parts) {
  std::vector<std::vector<std::string>> rows;
  for (size_t k = 0; k < parts.size(); ++k) {
    const TaskPart& part = parts[k];
    rows.push_back({fmt::to_string(k), part.name, Percent(part.windows), WithError(part.gradient),
                    WithError(part.variance), Percent(part.gradient_part),
                    Percent(part.variance_part)});
  }
  return "\nof the tasks, by the job's own estimator\n" +
         TableText(
             {"TASK", "", "WINDOWS", "GRADIENT", "VARIANCE", "PART OF GRADIENT", "PART OF NOISE"},
             rows, {.left = 2});
}

CurvePoint PointOf(double x, const Estimated& figure, double factor) {
  const double y = factor * figure.value, error = factor * figure.error;
  return {x, y, std::max(y - error, y / 10), y + error};
}

// At the first window of each estimator.
Panel SigmaPanel(const Study& study) {
  Panel panel{.title = "Variance × inner steps",
              .x_title = "sigma",
              .y_title = "variance × inner steps of one estimate",
              .logarithmic_x = true,
              .whole = true};
  for (const StudyRow& row : study.rows) {
    if (row.sigma == 0 || row.particles != study.rows.front().particles) continue;
    const std::string title = row.estimator == "full_es"
                                  ? row.estimator
                                  : fmt::format("{}, window {}", row.estimator, row.window);
    if (row.estimator != "full_es" && row.window != study.first_window) continue;
    auto curve = std::ranges::find(panel.curves, title, &Curve::title);
    if (curve == panel.curves.end()) curve = panel.curves.insert(curve, Curve{title});
    curve->points.push_back(PointOf(row.sigma, row.figures.variance, row.inner_steps));
  }
  for (Curve& curve : panel.curves) std::ranges::sort(curve.points, {}, &CurvePoint::x);
  return panel;
}

Panel LengthPanel(const Study& study) {
  Panel panel{.title = "Variance of one estimate over a whole episode",
              .x_title = "inner steps of the episode",
              .y_title = "variance",
              .logarithmic_x = true,
              .whole = true};
  Curve es{fmt::format("ES, one pair, sigma {:.3g}", study.sigma)}, pathwise{"pathwise, one run"};
  for (const LengthRow& row : study.lengths) {
    const auto length = static_cast<double>(row.length);
    es.points.push_back(PointOf(length, row.es, 1));
    // Where nothing is random there is nothing to draw on a logarithmic axis.
    if (row.pathwise && row.pathwise->value > kNoVariance * row.es.value) {
      pathwise.points.push_back(PointOf(length, *row.pathwise, 1));
    }
  }
  panel.curves.push_back(es);
  if (!pathwise.points.empty()) panel.curves.push_back(pathwise);
  return panel;
}

std::string HeaderText(const Study& study, const StudyRow& row) {
  if (row.sigma == 0) return "by differentiation, beside the smallest sigma";
  std::string text = fmt::format("sigma {:.4g}: the objective's gradient is {}", row.sigma,
                                 WithError(row.figures.truth));
  const auto truth = std::ranges::find(study.truths, row.sigma, &TruthRow::sigma);
  if (truth != study.truths.end() && truth->cosine) {
    text += fmt::format(", at cosine {} to the smallest sigma's", WithError(*truth->cosine));
  }
  return text;
}

std::string LengthsText(const std::vector<LengthRow>& lengths) {
  std::vector<std::vector<std::string>> rows;
  for (const LengthRow& row : lengths) {
    rows.push_back({fmt::to_string(row.length), WithError(row.es),
                    row.pathwise ? WithError(*row.pathwise) : "-"});
  }
  return "\nvariance of one whole-episode estimate\n" +
         TableText({"LENGTH", "ES, ONE PAIR", "PATHWISE"}, rows, {.left = 0});
}

}  // namespace

std::string StudyText(const Study& study) {
  std::string text =
      fmt::format("{}: gradient estimators at one theta, episodes of {} inner steps\n", study.job,
                  study.episode);
  for (auto row = study.rows.begin(); row != study.rows.end();) {
    text += "\n" + HeaderText(study, *row) + "\n";
    std::vector<std::vector<std::string>> rows;
    const double sigma = row->sigma;
    for (; row != study.rows.end() && row->sigma == sigma; ++row) rows.push_back(Cells(*row));
    text += TableText(Titles(), rows, {.left = 1});
  }
  if (!study.tasks.empty()) text += TasksText(study.tasks);
  if (!study.lengths.empty()) text += LengthsText(study.lengths);
  for (const std::string& note : study.notes) text += "\nnote: " + note;
  text += (study.notes.empty() ? "\n" : "\n\n") + study.advice + "\n";
  const std::string of_tasks = TaskAdvice(study.tasks);
  return of_tasks.empty() ? text : text + of_tasks + "\n";
}

nlohmann::ordered_json StudyJson(const Study& study) {
  nlohmann::ordered_json json = {{"job", study.job}, {"episode_steps", study.episode}};
  json["rows"] = nlohmann::ordered_json::array();
  for (const StudyRow& row : study.rows) json["rows"].push_back(ToJson(row));
  json["lengths"] = nlohmann::ordered_json::array();
  for (const LengthRow& row : study.lengths) {
    nlohmann::ordered_json own = {{"length", row.length}, {"es_variance", ToJson(row.es)}};
    if (row.pathwise) own["pathwise_variance"] = ToJson(*row.pathwise);
    json["lengths"].push_back(own);
  }
  if (!study.tasks.empty()) json["tasks"] = nlohmann::ordered_json::array();
  for (const TaskPart& part : study.tasks) json["tasks"].push_back(ToJson(part));
  json["notes"] = study.notes;
  json["advice"] = study.advice;
  return json;
}

std::string StudySvg(const Study& study) {
  std::vector<Panel> panels = {SigmaPanel(study)};
  if (!study.lengths.empty()) panels.push_back(LengthPanel(study));
  return DrawSvg(panels);
}

}  // namespace paceline
