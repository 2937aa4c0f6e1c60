#include "worker/bench/report.h"

#include <algorithm>
#include <sstream>

#include "common/footprint/machine_memory.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

bool IsEngine(const ordered_json& row) { return row.contains("inner_steps_per_s"); }

double FigureOf(const ordered_json& row) {
  return row.value(IsEngine(row) ? "inner_steps_per_s" : "value", 0.0);
}

bool LowerIsBetter(const ordered_json& row) {
  const std::string unit = row.value("unit", "");
  return !IsEngine(row) && (unit == "s" || unit == "ms" || unit == "us" || unit == "%");
}

std::string KeyOf(const ordered_json& row) {
  std::string key;
  for (const char* field : {"section", "name", "task", "optimizer", "particles", "window", "device",
                            "threads", "engine"}) {
    if (!row.contains(field)) continue;
    const ordered_json& value = row.at(field);
    key += (key.empty() ? "" : " ") + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return key;
}

const ordered_json* Find(const BenchRows& rows, const std::string& key) {
  const auto found = std::ranges::find(rows, key, KeyOf);
  return found == rows.end() ? nullptr : &*found;
}

// "33,256"
std::string Grouped(double value) {
  const std::string digits = fmt::format("{:.0f}", value);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0) text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

std::string RatioText(const ordered_json& row) {
  return row.contains("ratio") ? fmt::format("{:.2f}", row["ratio"].get<double>()) : "-";
}

size_t Width(const std::string& cell) {
  return static_cast<size_t>(std::ranges::count_if(
      cell, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// The first `left` columns are words, the others numbers.
std::string Aligned(const std::vector<std::vector<std::string>>& lines, size_t left) {
  std::vector<size_t> widths(lines[0].size());
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], Width(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - Width(line[i]), ' ');
      text += "  " + (i < left ? line[i] + padding : padding + line[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

void AddRatioColumn(const BenchRows& rows, std::vector<std::vector<std::string>>& lines) {
  lines[0].push_back("RATIO");
  for (size_t i = 0; i < rows.size(); ++i) lines[i + 1].push_back(RatioText(rows[i]));
}

std::string EngineTable(const BenchRows& rows, bool ratios) {
  std::vector<std::vector<std::string>> lines = {{"TASK", "OPTIMIZER", "PARTICLES", "ENGINE",
                                                  "INNER STEPS/S", "UPDATES/S", "OF PEAK",
                                                  "A PARTICLE", "PEAK RSS"}};
  for (const ordered_json& row : rows) {
    lines.push_back({row.value("task", ""), row.value("optimizer", ""),
                     Grouped(row.value("particles", 0.0)), row.value("engine", ""),
                     Grouped(FigureOf(row)),
                     fmt::format("{:.3g} M", 1e-6 * row.value("parameter_updates_per_s", 0.0)),
                     fmt::format("{:.1f} %", 100 * row.value("fraction_of_peak", 0.0)),
                     BytesText(row.value("bytes_per_particle", uint64_t{0})),
                     BytesText(row.value("peak_rss_bytes", uint64_t{0}))});
  }
  if (ratios) AddRatioColumn(rows, lines);
  return Aligned(lines, 2);
}

// Percent of the field's fraction; "-" if it is not there.
std::string PercentText(const ordered_json& row, const char* field) {
  return row.contains(field) ? fmt::format("{:.1f} %", 100 * row[field].get<double>()) : "-";
}

std::string TasksTable(const BenchRows& rows, bool ratios) {
  std::vector<std::vector<std::string>> lines = {
      {"FAMILY", "TASK", "ENGINE", "PARAMETERS", "GRADIENTS/S", "OF PEAK", "LIBTORCH", "TIMES"}};
  for (const ordered_json& row : rows) {
    const bool missing = row.contains("missing");
    lines.push_back(
        {row.value("name", ""), row.value("task", ""), row.value("engine", ""),
         Grouped(row.value("parameters", 0.0)), missing ? "no data" : Grouped(FigureOf(row)),
         PercentText(row, "fraction_of_peak"), Grouped(row.value("libtorch_steps_per_s", 0.0)),
         fmt::format("{:.1f}", row.value("times_libtorch", 0.0))});
  }
  if (ratios) AddRatioColumn(rows, lines);
  return Aligned(lines, 3);
}

std::string SystemTable(const BenchRows& rows, bool ratios) {
  std::vector<std::vector<std::string>> lines = {{"TASK", "OPTIMIZER", "PARTICLES", "INNER STEPS/S",
                                                  "ENGINE ALONE", "OVERHEAD", "COORDINATOR CPU",
                                                  "WORKER IDLE"}};
  for (const ordered_json& row : rows) {
    lines.push_back({row.value("task", ""), row.value("optimizer", ""),
                     Grouped(row.value("particles", 0.0)), Grouped(FigureOf(row)),
                     Grouped(row.value("engine_inner_steps_per_s", 0.0)),
                     PercentText(row, "overhead"), PercentText(row, "coordinator_cpu"),
                     PercentText(row, "worker_idle")});
  }
  if (ratios) AddRatioColumn(rows, lines);
  return Aligned(lines, 2);
}

std::string UpdatesTable(const BenchRows& rows, bool ratios) {
  std::vector<std::vector<std::string>> lines = {
      {"TASK", "OPTIMIZER", "", "US", "FLOPS", "GFLOP/S", "BYTES", "COPY", "TIMES COPY"}};
  for (const ordered_json& row : rows) {
    lines.push_back({row.value("task", ""), row.value("name", ""),
                     row.value("learned", false) ? "learned" : "",
                     fmt::format("{:.3g}", FigureOf(row)), Grouped(row.value("flops", 0.0)),
                     fmt::format("{:.3g}", row.value("gflops", 0.0)),
                     fmt::format("{:.3g}", row.value("state_bytes_per_parameter", 0.0)),
                     fmt::format("{:.3g}", row.value("copy_us", 0.0)),
                     fmt::format("{:.1f}", row.value("times_copy", 0.0))});
  }
  if (ratios) AddRatioColumn(rows, lines);
  return Aligned(lines, 3);
}

std::string PlainTable(const BenchRows& rows, bool ratios) {
  std::vector<std::vector<std::string>> lines = {{"WHAT", "THREADS", "VALUE", "UNIT"}};
  for (const ordered_json& row : rows) {
    const double value = FigureOf(row);
    lines.push_back({row.value("name", ""), Grouped(row.value("threads", 0.0)),
                     value >= 1000 ? Grouped(value) : fmt::format("{:.3g}", value),
                     row.value("unit", "")});
  }
  if (ratios) AddRatioColumn(rows, lines);
  return Aligned(lines, 1);
}

}  // namespace

absl::StatusOr<BenchRows> ParseRows(std::string_view text) {
  BenchRows rows;
  int number = 0;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    ordered_json row = ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!row.is_object()) {
      return absl::InvalidArgumentError(fmt::format(
          "line {} is no JSON object; expected what `paceline bench --json` prints", number));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void AddRatios(const BenchRows& other, BenchRows& rows) {
  for (ordered_json& row : rows) {
    const ordered_json* before = Find(other, KeyOf(row));
    if (before == nullptr) continue;
    const double then = FigureOf(*before), now = FigureOf(row);
    row["against"] = then;
    if (then > 0 && now > 0) row["ratio"] = LowerIsBetter(row) ? then / now : now / then;
  }
}

std::string RegressionText(const BenchRows& other, const BenchRows& rows) {
  std::string text;
  for (const ordered_json& row : rows) {
    if (row.value("ratio", 1.0) >= kRegression) continue;
    text += fmt::format("slower: {}: {:.4g}, was {:.4g} ({:.2f} times as fast)\n", KeyOf(row),
                        FigureOf(row), row.value("against", 0.0), row.value("ratio", 1.0));
  }
  for (const ordered_json& row : other) {
    if (Find(rows, KeyOf(row)) == nullptr) text += "not measured now: " + KeyOf(row) + "\n";
  }
  return text;
}

std::string TableText(const std::string& machine, const BenchRows& rows) {
  std::string text = machine + "\n";
  std::vector<std::string> sections;
  bool ratios = false;
  for (const ordered_json& row : rows) {
    const std::string section = row.value("section", "");
    if (std::ranges::find(sections, section) == sections.end()) sections.push_back(section);
    ratios = ratios || row.contains("ratio");
  }
  for (const std::string& section : sections) {
    BenchRows own;
    for (const ordered_json& row : rows) {
      if (row.value("section", "") == section) own.push_back(row);
    }
    text += "\n" + section + "\n";
    text += section == "engine"    ? EngineTable(own, ratios)
            : section == "tasks"   ? TasksTable(own, ratios)
            : section == "updates" ? UpdatesTable(own, ratios)
            : section == "system"  ? SystemTable(own, ratios)
                                   : PlainTable(own, ratios);
  }
  return text;
}

}  // namespace paceline
