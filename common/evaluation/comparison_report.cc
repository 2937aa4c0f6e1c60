#include "common/evaluation/comparison_report.h"

#include <algorithm>
#include <cmath>

#include "common/base/file.h"
#include "common/evaluation/html.h"
#include "common/evaluation/words.h"
#include "common/plot/row_plot.h"
#include "common/text/printable.h"
#include "common/text/table.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;
using Cells = std::vector<std::vector<std::string>>;

constexpr size_t kCaseColumns = 48;

// One comparison with the two that it is of.
struct Pair {
  const NamedEvaluation& before;
  const NamedEvaluation& after;
  Comparison comparison;

  const v1::Contestant& Before(const ContestantChange& change) const {
    return before.evaluation.contestants(static_cast<int>(change.before));
  }
  const v1::Contestant& After(const ContestantChange& change) const {
    return after.evaluation.contestants(static_cast<int>(change.after));
  }
  const v1::EvaluationCase& CaseOf(const CaseChange& change) const {
    return after.evaluation.cases(static_cast<int>(change.after_case));
  }
};

std::vector<Pair> PairsOf(const NamedEvaluations& evaluations) {
  std::vector<Pair> pairs;
  for (size_t i = 1; i < evaluations.size(); ++i) {
    pairs.push_back(
        {*evaluations[0], *evaluations[i], CompareEvaluations(*evaluations[0], *evaluations[i])});
  }
  return pairs;
}

std::string SignedPercent(double part) { return fmt::format("{:+.1f} %", 100 * part); }

std::string SummaryText(const Pair& pair, const ContestantChange& change) {
  const auto speed_up = [](const NamedEvaluation& one, uint32_t contestant) {
    return EstimateText(one.metrics.contestants[contestant].speed_up);
  };
  return fmt::format(
      "{} of {} beside {} of {}, on {}, {}: clearly lower on {}, no clear difference on {}, "
      "clearly "
      "higher on {}; median change of the final training loss {}. Speed-up over each case's best "
      "baseline {} -> {}. Failed runs: {} -> {}.",
      pair.After(change).title(), pair.after.name, pair.Before(change).title(), pair.before.name,
      CountOf(change.cases.size(), "common case"),
      pair.comparison.paired ? "paired by run" : "as independent means (seeds differ)",
      change.tally.wins, change.tally.draws, change.tally.losses,
      SignedPercent(change.median_change), speed_up(pair.before, change.before),
      speed_up(pair.after, change.after), FailuresText(change.failures_before),
      FailuresText(change.failures_after));
}

// Worse, better, unclear; the largest first.
std::vector<const CaseChange*> Ordered(const ContestantChange& change) {
  std::vector<const CaseChange*> cases;
  for (const CaseChange& one : change.cases) cases.push_back(&one);
  const auto key = [](const CaseChange* one) {
    const int group = one->contest == Contest::kLoss ? 0 : one->contest == Contest::kWin ? 1 : 2;
    return std::pair(group, -std::fabs(one->relative()));
  };
  std::stable_sort(cases.begin(), cases.end(),
                   [&](const auto* a, const auto* b) { return key(a) < key(b); });
  return cases;
}

std::vector<std::string> RowOf(const Pair& pair, const CaseChange& change) {
  constexpr const char* kWords[] = {"lower", "", "higher"};
  return {NameOf(pair.CaseOf(change)),
          FigureText(change.before->training_loss.mean),
          FigureText(change.after->training_loss.mean),
          WithInterval(change.difference, change.interval),
          SignedPercent(change.relative()),
          kWords[static_cast<int>(change.contest)],
          change.after->failures.failed() > 0 ? FailuresText(change.after->failures) : ""};
}

std::string BaselinesText(const Comparison& comparison) {
  if (comparison.equal_baselines + comparison.changed_baselines == 0) {
    return "They have no baselines in common.";
  }
  return fmt::format(
      "Of the baselines in both, {} have the same runs{}", comparison.equal_baselines,
      comparison.changed_baselines == 0
          ? "."
          : fmt::format("; {} differ: something else than the learned optimizer changed, too.",
                        comparison.changed_baselines));
}

std::string OnlyText(const NamedEvaluation& one, const std::vector<uint32_t>& cases) {
  if (cases.empty()) return "";
  std::string text = fmt::format("Only in {}: ", one.name);
  for (size_t i = 0; i < cases.size(); ++i) {
    text += (i == 0 ? "" : "; ") + NameOf(one.evaluation.cases(static_cast<int>(cases[i])));
  }
  return text + ".";
}

// ---- text ----

std::string ChangesTable(const Pair& pair, const ContestantChange& change) {
  Cells rows;
  size_t unclear = 0;
  for (const CaseChange* one : Ordered(change)) {
    if (one->contest == Contest::kDraw && change.cases.size() > 8) {
      ++unclear;
      continue;
    }
    rows.push_back(RowOf(pair, *one));
    rows.back()[0] = ClipText(rows.back()[0], kCaseColumns);
    for (std::string& cell : rows.back()) cell = Printable(cell);
  }
  if (rows.empty()) return "";
  std::vector<std::string> titles = {"CASE", "BEFORE", "AFTER", "DIFFERENCE", "", "", "FAILED"};
  DropSilentColumns(titles, rows);
  std::string text = TableText(titles, rows, {.indent = 2});
  if (unclear > 0) {
    text += fmt::format("  and {} without a clear difference\n", CountOf(unclear, "case"));
  }
  return text;
}

std::string PairText(const Pair& pair) {
  std::string text;
  for (const ContestantChange& change : pair.comparison.learned) {
    text += Wrapped(Printable(SummaryText(pair, change))) + ChangesTable(pair, change) + "\n";
  }
  if (text.empty()) text = "Nothing learned is in both.\n";
  text += Wrapped(BaselinesText(pair.comparison));
  text += Wrapped(Printable(OnlyText(pair.before, pair.comparison.only_before)));
  return text + Wrapped(Printable(OnlyText(pair.after, pair.comparison.only_after)));
}

// ---- JSON ----

ordered_json ChangeJson(const Pair& pair, const CaseChange& change) {
  const auto number = [](double value) {
    return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
  };
  return {{"case", pair.CaseOf(change).key()},
          {"before", change.before->training_loss.mean},
          {"after", change.after->training_loss.mean},
          {"difference", change.difference},
          {"interval", {number(change.interval.low), number(change.interval.high)}},
          {"contest", ContestText(change.contest)},
          {"failed_before", change.before->failures.failed()},
          {"failed_after", change.after->failures.failed()}};
}

ordered_json ContestantJson(const Pair& pair, const ContestantChange& change) {
  auto cases = ordered_json::array();
  for (const CaseChange& one : change.cases) cases.push_back(ChangeJson(pair, one));
  return {{"before", pair.Before(change).key()},   {"after", pair.After(change).key()},
          {"text", SummaryText(pair, change)},     {"wins", change.tally.wins},
          {"draws", change.tally.draws},           {"losses", change.tally.losses},
          {"median_change", change.median_change}, {"cases", std::move(cases)}};
}

ordered_json KeysJson(const NamedEvaluation& one, const std::vector<uint32_t>& cases) {
  auto keys = ordered_json::array();
  for (const uint32_t i : cases) keys.push_back(one.evaluation.cases(static_cast<int>(i)).key());
  return keys;
}

ordered_json PairJson(const Pair& pair) {
  auto contestants = ordered_json::array();
  for (const ContestantChange& change : pair.comparison.learned) {
    contestants.push_back(ContestantJson(pair, change));
  }
  return {{"before", pair.before.name},
          {"after", pair.after.name},
          {"paired", pair.comparison.paired},
          {"contestants", std::move(contestants)},
          {"equal_baselines", pair.comparison.equal_baselines},
          {"changed_baselines", pair.comparison.changed_baselines},
          {"only_before", KeysJson(pair.before, pair.comparison.only_before)},
          {"only_after", KeysJson(pair.after, pair.comparison.only_after)}};
}

// ---- page ----

std::string ChangesFigure(const Pair& pair, const ContestantChange& change) {
  IntervalPlot plot{.title = fmt::format("Change of the final training loss, {} to {}",
                                         pair.Before(change).title(), pair.After(change).title()),
                    .x_title = "change of the mean final training loss, % (left is better)",
                    .level = 0};
  for (const CaseChange* one : Ordered(change)) {
    const double base = std::fabs(one->before->training_loss.mean) / 100;
    if (!(base > 0) || !std::isfinite(one->interval.low)) continue;
    plot.rows.push_back({.title = NameOf(pair.CaseOf(*one)),
                         .value = one->difference / base,
                         .low = one->interval.low / base,
                         .high = one->interval.high / base,
                         .style = one->contest == Contest::kLoss ? 1u : 0u,
                         .strong = one->contest != Contest::kDraw});
  }
  if (plot.rows.empty()) return "";
  return HtmlFigure(
      DrawIntervalPlot(plot),
      "Every common case with its 95 % interval; clear differences are bold. What got "
      "worse comes first.");
}

std::string ContestantHtml(const Pair& pair, const ContestantChange& change) {
  HtmlTable table{
      .caption = "Final training losses, what got worse first.",
      .titles = {"case", "before", "after", "difference [95 %]", "", "clearly", "failed runs"}};
  for (const CaseChange* one : Ordered(change)) {
    table.rows.push_back(RowOf(pair, *one));
    table.strong.push_back(one->contest == Contest::kLoss);
  }
  return fmt::format("<div class=\"verdict\">{}</div>\n",
                     HtmlElement("p", SummaryText(pair, change))) +
         ChangesFigure(pair, change) + HtmlTableText(table);
}

std::string PairHtml(const Pair& pair, size_t number) {
  std::string html = HtmlHeading(2, fmt::format("pair-{}", number),
                                 fmt::format("{} beside {}", pair.after.name, pair.before.name));
  for (const ContestantChange& change : pair.comparison.learned) {
    html += ContestantHtml(pair, change);
  }
  html += HtmlElement("p", BaselinesText(pair.comparison));
  for (const std::string& text : {OnlyText(pair.before, pair.comparison.only_before),
                                  OnlyText(pair.after, pair.comparison.only_after)}) {
    if (!text.empty()) html += HtmlElement("p", text);
  }
  return "<section>\n" + html + "</section>\n";
}

}  // namespace

std::string ComparisonText(const NamedEvaluations& evaluations) {
  std::string text;
  for (const Pair& pair : PairsOf(evaluations)) text += (text.empty() ? "" : "\n") + PairText(pair);
  return text;
}

ordered_json ComparisonJson(const NamedEvaluations& evaluations) {
  auto pairs = ordered_json::array();
  for (const Pair& pair : PairsOf(evaluations)) pairs.push_back(PairJson(pair));
  return {{"comparisons", std::move(pairs)}};
}

std::string ComparisonHtml(const NamedEvaluations& evaluations) {
  std::string body = "<main>\n" + HtmlElement("h1", "Evaluations compared");
  size_t number = 0;
  for (const Pair& pair : PairsOf(evaluations)) body += PairHtml(pair, ++number);
  return HtmlPage("Evaluations compared", body + "</main>\n");
}

absl::Status WriteComparison(const NamedEvaluations& evaluations, const std::string& folder,
                             const OutputRules& rules) {
  constexpr auto kReplaceBytes = ordered_json::error_handler_t::replace;
  const std::pair<const char*, std::string> files[] = {
      {"/compare.html", ComparisonHtml(evaluations)},
      {"/compare.txt", ComparisonText(evaluations)},
      {"/compare.json", ComparisonJson(evaluations).dump(2, ' ', false, kReplaceBytes) + "\n"}};
  absl::Status status = MakeFolder(folder);
  for (const auto& [name, text] : files) {
    if (status.ok()) status = CheckOutput(folder + name, rules);
  }
  for (const auto& [name, text] : files) {
    if (status.ok()) status = WriteOutput(folder + name, text, rules);
  }
  return status;
}

}  // namespace paceline
