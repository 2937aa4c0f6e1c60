#include "common/evaluation/report_html.h"

#include <algorithm>

#include "common/evaluation/failures.h"
#include "common/evaluation/figures.h"
#include "common/evaluation/html.h"
#include "common/evaluation/report_text.h"
#include "common/evaluation/tallies.h"
#include "common/evaluation/verdict.h"
#include "common/evaluation/words.h"
#include "common/plot/svg.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// What all sections need.
struct Page {
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

struct Section {
  const char* id;
  const char* title;
  std::string (*body)(const Page& page);  // empty: the section is left out
};

std::string Picture(const Figure& figure) { return HtmlFigure(figure.svg, figure.caption); }

std::string BudgetOf(const v1::Contestant& contestant) {
  return IsLearned(contestant) ? "learned" : contestant.budget();
}

std::string MeanText(const SampleMean& mean) { return WithInterval(mean.mean, mean.interval); }

std::string SpeedUpText(const EntryMetrics& entry) { return EstimateText(entry.speed_up); }

// ---- failures ----

std::vector<std::string> FailureRow(const Page& page, const Failure& failure) {
  const EntryMetrics& entry = *failure.entry;
  const v1::EvaluationCase& its_case = page.CaseOf(failure.case_index);
  const auto& reference = page.metrics.cases[failure.case_index].reference;
  const EntryMetrics* best =
      reference ? page.metrics.cases[failure.case_index].Find(*reference) : nullptr;
  return {NameOf(page.ContestantOf(entry.contestant)),
          its_case.title() + (its_case.outside() ? " (outside of the trained range)" : ""),
          fmt::to_string(its_case.steps()),
          fmt::format("{} of {}", FailuresText(entry.failures), entry.fates.size()),
          FigureText(failure.initial_loss),
          FigureText(entry.training_loss.mean),
          best ? FigureText(best->training_loss.mean) : "-"};
}

std::string FailureTable(const Page& page, const std::vector<Failure>& failures,
                         const std::string& caption) {
  HtmlTable table{.caption = caption,
                  .titles = {"contestant", "case", "steps", "failed runs", "initial loss",
                             "final loss", "best baseline's"},
                  .left = 2};
  for (const Failure& failure : failures) table.rows.push_back(FailureRow(page, failure));
  return HtmlTableText(table);
}

std::string WorstTable(const Page& page) {
  HtmlTable table{.caption = "The worst case of each learned optimizer, failed or not.",
                  .titles = {"contestant", "case", "speed-up", "score"},
                  .left = 2};
  for (const uint32_t learned : page.metrics.learned) {
    const auto& worst = page.metrics.contestants[learned].worst;
    if (!worst) continue;
    table.rows.push_back({NameOf(page.ContestantOf(learned)),
                          NameOf(page.CaseOf(worst->case_index)),
                          worst->speed_up ? fmt::format("{:.2f}", *worst->speed_up) : "-",
                          fmt::format("{:.2f}", worst->score)});
  }
  return table.rows.empty() ? "" : HtmlTableText(table);
}

std::string FailuresSection(const Page& page) {
  const FailureLists lists = FailuresOf(page.evaluation, page.metrics);
  std::string html =
      lists.learned.empty()
          ? HtmlElement("p", "No run of a learned optimizer failed.")
          : FailureTable(
                page, lists.learned,
                "Runs of learned optimizers that diverged (a loss or weight was not finite), "
                "collapsed (ended no lower than they began) or stalled (stood still after the "
                "first tenth, far above the best).");
  html += WorstTable(page);
  if (!lists.baselines.empty()) {
    html += HtmlDetails(fmt::format("Failures of hand-designed optimizers: on {}",
                                    CountOf(lists.baselines.size(), "case")),
                        FailureTable(page, lists.baselines, ""));
  }
  return html;
}

// ---- contestants ----

std::vector<std::string> ContestantRow(const Page& page, uint32_t index) {
  const ContestantMetrics& figures = page.metrics.contestants[index];
  const v1::Contestant& contestant = page.ContestantOf(index);
  const double cases = std::max(1u, static_cast<uint32_t>(page.metrics.cases.size()));
  return {fmt::to_string(figures.place),
          contestant.title(),
          BudgetOf(contestant),
          IsLearned(contestant)
              ? "-"
              : fmt::format("{:.3g}", static_cast<double>(figures.trials) / cases),
          fmt::format("{:.1f}", figures.mean_rank),
          fmt::to_string(figures.best_on),
          fmt::format("{}/{}", figures.failures.failed(), figures.runs),
          EstimateText(figures.speed_up),
          figures.share_as_fast ? PercentText(figures.share_as_fast->value) : "-",
          EstimateText(figures.score, 3),
          TallyText(figures.against_reference),
          figures.optimizer_flops_ratio ? RoundedText(*figures.optimizer_flops_ratio) : "-",
          RoundedText(figures.state_bytes_per_parameter)};
}

std::string ContestantsSection(const Page& page) {
  HtmlTable table{.caption = fmt::format(
                      "Over {}, by mean rank. Trials: settings tried a case. Failed: of all runs. "
                      "Speed-up and score: "
                      "interquartile mean "
                      "[95 % interval over cases and runs]. As fast: share of cases with a "
                      "speed-up of at least 1. "
                      "Wins, draws and losses against each case's best baseline. Overhead: flops "
                      "of an update over "
                      "those of a loss and gradient, and bytes of state per parameter (medians).",
                      CountOf(page.metrics.main_cases.size(), "case")),
                  .titles = {"", "contestant", "budget", "trials", "rank", "best on", "failed",
                             "speed-up", "as fast", "score", "W / D / L", "flops", "bytes"},
                  .left = 3};
  std::vector<uint32_t> order(page.metrics.learned);
  order.insert(order.end(), page.metrics.baselines.begin(), page.metrics.baselines.end());
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return page.metrics.contestants[a].place - 1 < page.metrics.contestants[b].place - 1;
  });
  for (const uint32_t index : order) {
    table.rows.push_back(ContestantRow(page, index));
    table.strong.push_back(IsLearned(page.ContestantOf(index)));
  }
  return HtmlTableText(table);
}

// ---- plots ----

std::string SpeedUpSection(const Page& page) {
  return Picture(SpeedUpFigure(page.evaluation, page.metrics, page.cast)) +
         Picture(IntervalFigure(page.evaluation, page.metrics, page.cast));
}

std::string ProfileSection(const Page& page) {
  return Picture(ProfileFigure(page.evaluation, page.metrics, page.cast));
}

std::string WinsTable(const Page& page, uint32_t learned) {
  const auto tallies = TalliesOf(page.evaluation, page.metrics, learned);
  HtmlTable table{.caption = fmt::format(
                      "Wins / draws / losses of {} against the best baseline of each budget.",
                      page.ContestantOf(learned).title()),
                  .titles = {"cases", "best of all"}};
  table.rows = {{"all main cases"}};
  table.strong = {true};
  for (const GroupTally& group : tallies.front().groups) table.rows.push_back({group.name});
  for (const BudgetTally& tally : tallies) {
    if (!tally.budget.empty()) table.titles.push_back(tally.budget);
    table.rows[0].push_back(TallyText(tally.main));
    for (size_t i = 0; i < tally.groups.size(); ++i) {
      table.rows[i + 1].push_back(TallyText(tally.groups[i].tally));
    }
  }
  return HtmlTableText(table);
}

std::string WinsSection(const Page& page) {
  std::string html;
  for (const uint32_t learned : page.metrics.learned) {
    html += Picture(TallyFigure(page.evaluation, page.metrics, learned)) + WinsTable(page, learned);
  }
  return html;
}

std::string StudiesSection(const Page& page) {
  std::string html;
  for (const Figure& figure : StudyFigures(page.evaluation, page.metrics, page.cast)) {
    html += Picture(figure);
  }
  return html;
}

std::string CurvesSection(const Page& page) {
  std::string html;
  for (const std::string& group : GroupsOf(page.evaluation)) {
    html +=
        HtmlDetails(group, Picture(CurvesFigure(page.evaluation, page.metrics, page.cast, group)));
  }
  return html;
}

// ---- cases ----

std::vector<std::string> EntryRow(const Page& page, const EntryMetrics& entry) {
  const v1::Contestant& contestant = page.ContestantOf(entry.contestant);
  const auto accuracy =
      entry.test_accuracy ? fmt::format("{:.3f}", entry.test_accuracy->mean) : "-";
  return {contestant.title(),
          BudgetOf(contestant),
          MeanText(entry.training_loss),
          FigureText(entry.mean_training_loss.mean),
          MeanText(entry.held_out_loss),
          MeanText(entry.test_loss),
          accuracy,
          fmt::format("{:.3g}", entry.rank),
          SpeedUpText(entry),
          entry.failures.failed() == 0 ? "" : FailuresText(entry.failures),
          SettingText(*entry.entry)};
}

std::string CaseDetails(const Page& page, uint32_t index) {
  const CaseMetrics& figures = page.metrics.cases[index];
  std::vector<const EntryMetrics*> entries;
  for (const EntryMetrics& entry : figures.entries) entries.push_back(&entry);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto* a, const auto* b) { return a->rank < b->rank; });
  HtmlTable table{
      .titles = {"contestant", "budget", "training loss", "over the training", "held-out loss",
                 "test loss", "test accuracy", "rank", "speed-up", "failed runs", "setting"},
      .left = 2};
  for (const EntryMetrics* entry : entries) {
    table.rows.push_back(EntryRow(page, *entry));
    table.strong.push_back(IsLearned(page.ContestantOf(entry->contestant)));
  }
  if (figures.goal) {
    table.caption = fmt::format(
        "To be reached: {:.4g}, the final loss of {}, which takes {:.0f} updates.",
        figures.goal->loss, NameOf(page.ContestantOf(*figures.reference)), figures.goal->updates);
  }
  return HtmlDetails(NameOf(page.CaseOf(index)), HtmlTableText(table));
}

std::string CasesSection(const Page& page) {
  std::string html = HtmlElement("p",
                                 "Every case with all contestants, by rank; losses with the 95 % "
                                 "interval of their mean over runs.");
  for (uint32_t i = 0; i < page.metrics.cases.size(); ++i) html += CaseDetails(page, i);
  return page.metrics.cases.empty() ? "" : html;
}

std::string MethodSection(const Page& page) {
  return HtmlElement("p", MethodText(page.evaluation, page.metrics)) +
         HtmlElement("p", fmt::format("Engine build {}.", page.evaluation.engine_build()));
}

std::string VerdictSection(const Page& page) {
  std::string html;
  for (const std::string& line : SplitAt(VerdictText(page.evaluation, page.metrics), '\n')) {
    html += fmt::format("<p class=\"verdict\">{}</p>\n", XmlEscaped(line));
  }
  return html;
}

constexpr Section kSections[] = {
    {"verdict", "Verdict", VerdictSection},
    {"failures", "Failures", FailuresSection},
    {"contestants", "Contestants and their budgets", ContestantsSection},
    {"speed-up", "Speed-up against share of cases", SpeedUpSection},
    {"profile", "Performance profile", ProfileSection},
    {"wins", "Wins and losses by family", WinsSection},
    {"studies", "Studies", StudiesSection},
    {"curves", "Curves of every case", CurvesSection},
    {"cases", "All figures", CasesSection},
    {"method", "How it was measured", MethodSection},
};

}  // namespace

std::string ReportHtml(const v1::Evaluation& evaluation, const Metrics& metrics) {
  const Cast cast = CastOf(evaluation, metrics);
  const Page page{evaluation, metrics, cast};
  std::string contents, sections;
  for (const Section& section : kSections) {
    const std::string body = section.body(page);
    if (body.empty()) continue;
    contents += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, section.title);
    sections += fmt::format("<section aria-labelledby=\"{}\">\n{}{}</section>\n", section.id,
                            HtmlHeading(2, section.id, section.title), body);
  }
  const std::string title = "Evaluation " + evaluation.suite();
  const std::string facts = fmt::format("{}, {}, {} each.", CountOf(metrics.cases.size(), "case"),
                                        CountOf(metrics.contestants.size(), "contestant"),
                                        CountOf(evaluation.seeds(), "run"));
  // The verdict stands before the contents, on the first screen.
  const size_t first = sections.find("</section>\n") + std::string_view("</section>\n").size();
  return HtmlPage(title, "<main>\n" + HtmlElement("h1", title) + HtmlElement("p", facts) +
                             sections.substr(0, first) + "<nav aria-label=\"Contents\"><ol>\n" +
                             contents + "</ol></nav>\n" + sections.substr(first) + "</main>\n");
}

}  // namespace paceline
