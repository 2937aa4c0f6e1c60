#include "common/evaluation/report.h"

#include "common/base/file.h"
#include "common/evaluation/check.h"
#include "common/evaluation/figures.h"
#include "common/evaluation/report_csv.h"
#include "common/evaluation/report_html.h"
#include "common/evaluation/report_json.h"
#include "common/evaluation/report_text.h"
#include "common/plot/png.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct File {
  const char* name;
  std::string (*text)(const v1::Evaluation& evaluation, const Metrics& metrics);
};

std::string JsonText(const v1::Evaluation& evaluation, const Metrics& metrics) {
  constexpr auto kReplaceBytes = nlohmann::ordered_json::error_handler_t::replace;
  return ReportJson(evaluation, metrics).dump(2, ' ', false, kReplaceBytes) + "\n";
}

constexpr File kFiles[] = {
    {"report.html", ReportHtml}, {"report.txt", ReportText},  {"report.json", JsonText},
    {"runs.csv", RunsCsv},       {"summary.csv", SummaryCsv}, {"curves.csv", CurvesCsv},
};

// A picture's two files. What is there is replaced as `rules` allow, the PNG as the SVG.
absl::Status WriteFigure(const Figure& figure, const std::string& folder, const OutputRules& rules,
                         WrittenReport& written) {
  const std::string stem = folder + "/" + figure.name;
  if (auto status = WriteOutput(stem + ".svg", figure.svg, rules); !status.ok()) return status;
  written.files.push_back(figure.name + ".svg");
  if (auto may = CheckOutput(stem + ".png", rules); !may.ok()) return may;
  if (const auto converted = ConvertToPng(stem + ".svg", stem + ".png"); converted.ok()) {
    written.files.push_back(figure.name + ".png");
  } else {
    written.without_png = std::string(converted.message());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckEvaluationReport(const std::string& folder, const OutputRules& rules) {
  absl::Status status = MakeFolder(folder);
  for (const File& file : kFiles) {
    if (status.ok()) status = CheckOutput(folder + "/" + file.name, rules);
  }
  return status;
}

absl::StatusOr<WrittenReport> WriteEvaluationReport(const v1::Evaluation& evaluation,
                                                    const Metrics& metrics,
                                                    const std::string& folder,
                                                    const OutputRules& rules) {
  absl::Status status = CheckEvaluation(evaluation);
  if (status.ok()) status = CheckEvaluationReport(folder, rules);
  WrittenReport written;
  for (const File& file : kFiles) {
    if (!status.ok()) return status;
    status = WriteOutput(folder + "/" + file.name, file.text(evaluation, metrics), rules);
    written.files.emplace_back(file.name);
  }
  for (const Figure& figure : MainFigures(evaluation, metrics)) {
    if (!status.ok()) return status;
    status = WriteFigure(figure, folder, rules, written);
  }
  if (!status.ok()) return status;
  return written;
}

}  // namespace paceline
