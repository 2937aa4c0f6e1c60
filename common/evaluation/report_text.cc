#include "common/evaluation/report_text.h"

#include <algorithm>
#include <set>

#include "common/evaluation/failures.h"
#include "common/evaluation/tallies.h"
#include "common/evaluation/verdict.h"
#include "common/evaluation/words.h"
#include "common/text/printable.h"
#include "common/text/table.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using Cells = std::vector<std::vector<std::string>>;

enum class ReportLength { kBrief, kWhole };

constexpr size_t kFullTables = 4;    // cases with a table of their own
constexpr size_t kFailures = 20;     // lines
constexpr size_t kBriefRows = 8;     // contestants of a brief table, beside the learned ones
constexpr size_t kNameColumns = 48;  // of a case

const v1::EvaluationCase& CaseOf(const v1::Evaluation& evaluation, uint32_t index) {
  return evaluation.cases(static_cast<int>(index));
}

const v1::Contestant& ContestantOf(const v1::Evaluation& evaluation, uint32_t index) {
  return evaluation.contestants(static_cast<int>(index));
}

std::string Clipped(const std::string& text) {
  return TextWidth(text) <= kNameColumns ? text : ClipText(text, kNameColumns - 3) + "...";
}

std::string MeanText(const SampleMean& mean) { return WithInterval(mean.mean, mean.interval); }

// A report's tables are short lines, whatever the names hold, of columns that say something.
std::string Table(std::vector<std::string> titles, Cells rows) {
  DropSilentColumns(titles, rows);
  rows.insert(rows.begin(), titles);
  for (auto& row : rows) {
    for (std::string& cell : row) cell = Printable(cell);
  }
  const std::vector<std::string> header = std::move(rows.front());
  rows.erase(rows.begin());
  return TableText(header, rows, {.indent = 2});
}

// A brief table: its first rows, and those of learned contestants.
struct Rows {
  const ReportLength length;
  Cells cells = {};
  size_t left_out = 0;

  void Add(bool learned, std::vector<std::string> row) {
    if (length == ReportLength::kBrief && !learned && cells.size() >= kBriefRows) {
      ++left_out;
    } else {
      cells.push_back(std::move(row));
    }
  }
  std::string Text(const std::vector<std::string>& titles) const {
    return Table(titles, cells) +
           (left_out == 0 ? "" : fmt::format("  and {} more in report.txt\n", left_out));
  }
};

// ---- failures ----

std::string LearnedFailuresText(const v1::Evaluation& evaluation,
                                const std::vector<Failure>& failures) {
  Cells rows;
  for (const Failure& failure : failures) {
    if (rows.size() == kFailures) break;
    const EntryMetrics& entry = *failure.entry;
    rows.push_back({NameOf(ContestantOf(evaluation, entry.contestant)),
                    FailuresText(entry.failures) + fmt::format(" of {}", entry.fates.size()),
                    fmt::format("{:.4g} -> {:.4g}", failure.initial_loss, entry.training_loss.mean),
                    Clipped(NameOf(CaseOf(evaluation, failure.case_index)))});
  }
  std::string text = Table({"CONTESTANT", "RUNS", "LOSS", "CASE"}, rows);
  if (failures.size() > rows.size()) {
    text += fmt::format("  and on {} more\n", CountOf(failures.size() - rows.size(), "case"));
  }
  return text;
}

std::string FailuresPart(const v1::Evaluation& evaluation, const Metrics& metrics) {
  const FailureLists lists = FailuresOf(evaluation, metrics);
  std::string text = "Failures of learned optimizers:";
  text += lists.learned.empty() ? " none\n" : "\n" + LearnedFailuresText(evaluation, lists.learned);
  if (!lists.baselines.empty()) {
    std::set<uint32_t> contestants, cases;
    for (const Failure& failure : lists.baselines) {
      contestants.insert(failure.entry->contestant);
      cases.insert(failure.case_index);
    }
    text += fmt::format("Of hand-designed ones: {} of them failed, on {}.\n", contestants.size(),
                        CountOf(cases.size(), "case"));
  }
  return text + "\n";
}

// ---- contestants ----

std::vector<uint32_t> ByPlace(const Metrics& metrics) {
  std::vector<uint32_t> order(metrics.learned);
  order.insert(order.end(), metrics.baselines.begin(), metrics.baselines.end());
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return metrics.contestants[a].place - 1 < metrics.contestants[b].place - 1;
  });
  return order;
}

std::vector<std::string> ContestantRow(const v1::Evaluation& evaluation, const Metrics& metrics,
                                       uint32_t index) {
  const v1::Contestant& contestant = ContestantOf(evaluation, index);
  const ContestantMetrics& figures = metrics.contestants[index];
  const bool learned = IsLearned(contestant);
  return {fmt::to_string(figures.place),
          contestant.title() + (learned ? " (learned)" : ""),
          learned ? "-" : contestant.budget(),
          fmt::format("{:.1f}", figures.mean_rank),
          EstimateText(figures.speed_up),
          figures.share_as_fast ? PercentText(figures.share_as_fast->value) : "-",
          EstimateText(figures.score, 3),
          fmt::format("{}/{}", figures.failures.failed(), figures.runs),
          figures.optimizer_flops_ratio ? RoundedText(*figures.optimizer_flops_ratio) : "-",
          RoundedText(figures.state_bytes_per_parameter)};
}

std::string ContestantsPart(const v1::Evaluation& evaluation, const Metrics& metrics,
                            ReportLength length) {
  Rows rows{length};
  for (const uint32_t index : ByPlace(metrics)) {
    rows.Add(IsLearned(ContestantOf(evaluation, index)), ContestantRow(evaluation, metrics, index));
  }
  return fmt::format("Contestants over {}, by mean rank:\n",
                     CountOf(metrics.main_cases.size(), "case")) +
         rows.Text({"", "CONTESTANT", "BUDGET", "RANK", "SPEED-UP", ">= 1", "SCORE", "FAILED",
                    "FLOPS", "BYTES"}) +
         "\n";
}

// ---- wins ----

std::string WinsPart(const v1::Evaluation& evaluation, const Metrics& metrics, uint32_t learned) {
  const auto tallies = TalliesOf(evaluation, metrics, learned);
  std::vector<std::string> titles = {"", "BEST OF ALL"};
  for (size_t i = 1; i < tallies.size(); ++i) titles.push_back(tallies[i].budget);
  std::vector<std::string> main = {"all main cases"};
  for (const BudgetTally& tally : tallies) main.push_back(TallyText(tally.main));
  Cells rows = {main};
  for (size_t group = 0; group < tallies.front().groups.size(); ++group) {
    rows.push_back({Clipped(tallies.front().groups[group].name)});
    for (const BudgetTally& tally : tallies) {
      rows.back().push_back(TallyText(tally.groups[group].tally));
    }
  }
  return fmt::format(
             "Wins / draws / losses of {} against each case's best baseline, by its budget:\n",
             Printable(ContestantOf(evaluation, learned).title())) +
         Table(titles, rows) + "\n";
}

// ---- cases ----

std::string NoteText(const EntryMetrics& entry) {
  std::string note = SettingText(*entry.entry);
  if (entry.failures.failed() == 0) return note;
  return fmt::format("{}{}{} of {}", note, note.empty() ? "" : "; ", FailuresText(entry.failures),
                     entry.fates.size());
}

std::string CaseTable(const v1::Evaluation& evaluation, const Metrics& metrics, uint32_t index,
                      ReportLength length) {
  std::vector<const EntryMetrics*> entries;
  for (const EntryMetrics& entry : metrics.cases[index].entries) entries.push_back(&entry);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto* a, const auto* b) { return a->rank < b->rank; });
  Rows rows{length};
  for (const EntryMetrics* entry : entries) {
    const v1::Contestant& contestant = ContestantOf(evaluation, entry->contestant);
    const bool learned = IsLearned(contestant);
    rows.Add(learned, {contestant.title() + (learned ? " (learned)" : ""),
                       learned ? "-" : fmt::to_string(entry->entry->trials()),
                       MeanText(entry->training_loss), MeanText(entry->test_loss),
                       EstimateText(entry->speed_up), NoteText(*entry)});
  }
  return Printable(NameOf(CaseOf(evaluation, index))) + ":\n" +
         rows.Text({"OPTIMIZER", "TRIED", "TRAINING LOSS", "TEST LOSS", "SPEED-UP", ""}) + "\n";
}

std::vector<std::string> CaseRow(const v1::Evaluation& evaluation, const Metrics& metrics,
                                 uint32_t index) {
  const CaseMetrics& its_case = metrics.cases[index];
  std::vector<std::string> row = {Clipped(NameOf(CaseOf(evaluation, index)))};
  if (its_case.reference) {
    row.push_back(NameOf(ContestantOf(evaluation, *its_case.reference)));
    row.push_back(FigureText(its_case.Find(*its_case.reference)->training_loss.mean));
  } else {
    row.insert(row.end(), 2, "-");
  }
  for (const uint32_t learned : metrics.learned) {
    const EntryMetrics* entry = its_case.Find(learned);
    row.push_back(entry ? FigureText(entry->training_loss.mean) : "-");
    row.push_back(entry && entry->speed_up ? fmt::format("{:.2f}", entry->speed_up->value) : "-");
  }
  return row;
}

std::string CasesPart(const v1::Evaluation& evaluation, const Metrics& metrics,
                      ReportLength length) {
  std::string text;
  const auto count = static_cast<uint32_t>(metrics.cases.size());
  if (count <= kFullTables) {
    for (uint32_t i = 0; i < count; ++i) text += CaseTable(evaluation, metrics, i, length);
    return text;
  }
  std::vector<std::string> titles = {"CASE", "BEST BASELINE", "LOSS"};
  for (const uint32_t learned : metrics.learned) {
    titles.push_back(ContestantOf(evaluation, learned).title());
    titles.emplace_back("SPEED-UP");
  }
  Cells rows;
  for (uint32_t i = 0; i < count; ++i) rows.push_back(CaseRow(evaluation, metrics, i));
  return "Final training losses:\n" + Table(titles, rows) + "\n";
}

std::string BudgetsText(const v1::Evaluation& evaluation) {
  std::string text;
  for (const std::string& budget : BudgetsOf(evaluation)) {
    uint64_t least = UINT64_MAX, most = 0;
    for (const v1::EvaluationEntry& entry : evaluation.entries()) {
      const v1::Contestant& contestant = ContestantOf(evaluation, entry.contestant());
      if (IsLearned(contestant) || contestant.budget() != budget) continue;
      least = std::min(least, entry.trials());
      most = std::max(most, entry.trials());
    }
    if (least > most) continue;
    text += fmt::format(
        "{}\"{}\": {} a task", text.empty() ? " Budgets of baselines: " : "; ", budget,
        least == most ? CountOf(most, "setting") : fmt::format("{} to {} settings", least, most));
  }
  return text.empty() ? text : text + ".";
}

std::string TextOfLength(const v1::Evaluation& evaluation, const Metrics& metrics,
                         ReportLength length) {
  std::string text =
      Printable(fmt::format(
          "Suite {}: {}, {}, {} each", evaluation.suite(), CountOf(metrics.cases.size(), "case"),
          CountOf(metrics.contestants.size(), "contestant"), CountOf(evaluation.seeds(), "run"))) +
      "\n\n";
  for (const std::string& line : SplitAt(VerdictText(evaluation, metrics), '\n')) {
    text += Wrapped(Printable(line)) + "\n";
  }
  text += FailuresPart(evaluation, metrics) + ContestantsPart(evaluation, metrics, length);
  if (metrics.cases.size() > 1) {
    for (const uint32_t learned : metrics.learned) text += WinsPart(evaluation, metrics, learned);
  }
  return text + CasesPart(evaluation, metrics, length) +
         Wrapped(Printable(MethodText(evaluation, metrics)));
}

}  // namespace

std::string MethodText(const v1::Evaluation& evaluation, const Metrics& metrics) {
  return fmt::format(
             "Suite {}, seed {}: {} ({} in averages), {}, {} each; run i of all contestants has "
             "the "
             "same initial weights and batches.",
             evaluation.suite(), evaluation.seed(), CountOf(metrics.cases.size(), "case"),
             metrics.main_cases.size(), CountOf(metrics.contestants.size(), "contestant"),
             CountOf(evaluation.seeds(), "run")) +
         BudgetsText(evaluation) +
         " Settings were chosen on other seeds. Losses are means of the last tenth of the inner "
         "steps, "
         "with the 95 % interval of the mean over runs (Student's t). Speed-up: the updates that "
         "the "
         "case's best baseline needs for its own final loss, over the updates that the contestant "
         "needs for it; below 1 it never gets there. Score: the part of the best contestant's "
         "gain. "
         "Averages over cases are interquartile means with 95 % intervals over cases and runs. "
         "Failed "
         "runs: diverged (not finite), collapsed (no lower loss than at first), stalled (stood "
         "still "
         "after the first tenth, far above the best). Flops are those of an update over those of a "
         "loss "
         "and gradient, bytes those of state per parameter (medians).";
}

std::string ReportText(const v1::Evaluation& evaluation, const Metrics& metrics) {
  return TextOfLength(evaluation, metrics, ReportLength::kWhole);
}

std::string BriefReportText(const v1::Evaluation& evaluation, const Metrics& metrics) {
  return TextOfLength(evaluation, metrics, ReportLength::kBrief);
}

}  // namespace paceline
