#include "common/evaluation/words.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/baseline/setting.h"
#include "common/text/table.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace paceline {
namespace {

constexpr size_t kLineColumns = 100;

std::string HyperparameterText(const v1::EvaluationEntry& entry,
                               const v1::Hyperparameter& parameter) {
  const auto& edges = entry.at_edge();
  const bool at_edge = std::find(edges.begin(), edges.end(), parameter.name()) != edges.end();
  return fmt::format("{} {:.4g}{}", parameter.name(), parameter.value(), at_edge ? " (edge)" : "");
}

}  // namespace

std::string FigureText(double value) { return fmt::format("{:.4g}", value); }

std::string WithInterval(double value, const Interval& interval) {
  if (!std::isfinite(interval.low) || !std::isfinite(interval.high)) return FigureText(value);
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", value, interval.low, interval.high);
}

std::string EstimateText(const std::optional<Estimate>& estimate, int decimals) {
  if (!estimate) return "-";
  return fmt::format("{1:.{0}f} [{2:.{0}f}, {3:.{0}f}]", decimals, estimate->value,
                     estimate->interval.low, estimate->interval.high);
}

std::string RoundedText(double value) {
  return value >= 10 ? fmt::format("{:.0f}", value) : fmt::format("{:.2g}", value);
}

std::string PercentText(double part) { return fmt::format("{:.0f} %", 100 * part); }

std::string OrdinalText(uint32_t number) {
  const uint32_t tens = number % 100 / 10, last = number % 10;
  const char* ending = "th";
  if (tens != 1 && last == 1) ending = "st";
  if (tens != 1 && last == 2) ending = "nd";
  if (tens != 1 && last == 3) ending = "rd";
  return fmt::format("{}{}", number, ending);
}

std::string CountOf(uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string FailuresText(const FateCounts& failures) {
  std::vector<std::string> parts;
  const auto add = [&](uint32_t count, std::string_view word) {
    if (count > 0) parts.push_back(fmt::format("{} {}", count, word));
  };
  add(failures.diverged, FateText(Fate::kDiverged));
  add(failures.collapsed, FateText(Fate::kCollapsed));
  add(failures.stalled, FateText(Fate::kStalled));
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string_view FateText(Fate fate) {
  switch (fate) {
    case Fate::kLearned:
      break;
    case Fate::kDiverged:
      return "diverged";
    case Fate::kCollapsed:
      return "collapsed";
    case Fate::kStalled:
      return "stalled";
  }
  return "learned";
}

std::string_view ContestText(Contest contest) {
  switch (contest) {
    case Contest::kWin:
      return "win";
    case Contest::kDraw:
      break;
    case Contest::kLoss:
      return "loss";
  }
  return "draw";
}

std::string TallyText(const Tally& tally) {
  return fmt::format("{} / {} / {}", tally.wins, tally.draws, tally.losses);
}

std::string NameOf(const v1::Contestant& contestant) {
  const std::string& title = contestant.title();
  if (contestant.budget().empty() || title.find(contestant.budget()) != std::string::npos) {
    return title;
  }
  return fmt::format("{}, {}", title, contestant.budget());
}

std::string NameOf(const v1::EvaluationCase& its_case) {
  return fmt::format("{}, {}", its_case.title(), CountOf(its_case.steps(), "step"));
}

std::string SettingText(const v1::EvaluationEntry& entry) {
  if (FindBaseline(entry.setting().rule()) != nullptr) {
    std::string text = SettingText(entry.setting());
    if (!entry.at_edge().empty())
      text += fmt::format(" (at an edge: {})", fmt::join(entry.at_edge(), ", "));
    return text;
  }
  std::vector<std::string> parts;
  for (const auto& parameter : entry.setting().values()) {
    parts.push_back(HyperparameterText(entry, parameter));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<std::string> SplitAt(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string Wrapped(std::string_view text) {
  std::string result, line;
  const auto end_line = [&] {
    if (!line.empty()) result += line + "\n";
    line.clear();
  };
  for (const std::string& word : SplitAt(text, ' ')) {
    if (TextWidth(line) + 1 + TextWidth(word) > kLineColumns) end_line();
    line += (line.empty() ? "" : " ") + word;
  }
  end_line();
  return result;
}

}  // namespace paceline
