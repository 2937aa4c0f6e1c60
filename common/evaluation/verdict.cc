#include "common/evaluation/verdict.h"

#include <algorithm>

#include "common/evaluation/tallies.h"
#include "common/evaluation/words.h"
#include "fmt/format.h"

namespace paceline {
namespace {

std::string Name(const v1::Evaluation& evaluation, uint32_t contestant) {
  return NameOf(evaluation.contestants(static_cast<int>(contestant)));
}

std::string_view Words(Contest contest) {
  switch (contest) {
    case Contest::kWin:
      return "clearly lower";
    case Contest::kDraw:
      break;
    case Contest::kLoss:
      return "clearly higher";
  }
  return "no clear difference";
}

std::string BestText(const v1::Evaluation& evaluation, const Metrics& metrics) {
  std::vector<uint32_t> all(metrics.learned);
  all.insert(all.end(), metrics.baselines.begin(), metrics.baselines.end());
  const uint32_t best = *std::min_element(all.begin(), all.end(), [&](uint32_t a, uint32_t b) {
    return metrics.contestants[a].place - 1 < metrics.contestants[b].place - 1;
  });
  return fmt::format("{}: {:.1f}", Name(evaluation, best), metrics.contestants[best].mean_rank);
}

std::string SingleCaseText(const v1::Evaluation& evaluation, const Metrics& metrics,
                           const LearnedVerdict& verdict) {
  const uint32_t index = metrics.main_cases.front();
  const CaseMetrics& its_case = metrics.cases[index];
  const EntryMetrics& ours = *its_case.Find(verdict.contestant);
  std::string text =
      fmt::format("{} is {} of {} on {}: training loss {}", Name(evaluation, verdict.contestant),
                  OrdinalText(verdict.place), verdict.contestants,
                  NameOf(evaluation.cases(static_cast<int>(index))),
                  WithInterval(ours.training_loss.mean, ours.training_loss.interval));
  const EntryMetrics* theirs = verdict.rival ? its_case.Find(*verdict.rival) : nullptr;
  if (!theirs) return text + ".";
  const PairedRuns pair = CompareRuns(*ours.entry, *theirs->entry);
  text += fmt::format(" beside {} of the best rival, {} ({}; lower on {} of {} runs)",
                      WithInterval(theirs->training_loss.mean, theirs->training_loss.interval),
                      Name(evaluation, *verdict.rival), Words(pair.contest), pair.lower, pair.runs);
  if (ours.speed_up) text += fmt::format("; speed-up {}", EstimateText(ours.speed_up));
  return text + ".";
}

std::string ManyCasesText(const v1::Evaluation& evaluation, const Metrics& metrics,
                          const LearnedVerdict& verdict) {
  const ContestantMetrics& ours = metrics.contestants[verdict.contestant];
  std::string text = fmt::format(
      "{} is {} of {} contestants by mean rank over {} ({:.1f}; {}{}).",
      Name(evaluation, verdict.contestant), OrdinalText(verdict.place), verdict.contestants,
      CountOf(ours.cases, "case"), ours.mean_rank, verdict.place == 1 ? "" : "the best, ",
      verdict.place == 1 ? "no other is better" : BestText(evaluation, metrics));
  if (verdict.rival) {
    text +=
        fmt::format(" Against the best rival, {}: {}, {}, {}.", Name(evaluation, *verdict.rival),
                    CountOf(verdict.against_rival.wins, "clear win"),
                    CountOf(verdict.against_rival.draws, "draw"),
                    fmt::format("{} clear loss{}", verdict.against_rival.losses,
                                verdict.against_rival.losses == 1 ? "" : "es"));
  }
  if (ours.speed_up) {
    text += fmt::format(
        " Speed-up over each case's best baseline: interquartile mean {}, at least 1 on {} of the "
        "cases.",
        EstimateText(ours.speed_up), PercentText(ours.share_as_fast->value));
  }
  return text;
}

// A failure is told even where the average is fine.
std::string FailureText(const v1::Evaluation& evaluation, const Metrics& metrics,
                        uint32_t contestant) {
  const ContestantMetrics& ours = metrics.contestants[contestant];
  if (ours.failures.failed() == 0) return " No run failed.";
  std::string text = fmt::format(" Failed runs: {}, on {} of {}", FailuresText(ours.failures),
                                 ours.failed_on, CountOf(ours.cases, "case"));
  if (ours.cases > 1) {
    text += fmt::format("; worst case: {}",
                        NameOf(evaluation.cases(static_cast<int>(ours.worst->case_index))));
  }
  return text + ".";
}

// What lies outside of the main cases and the averages.
std::string StudyFailureText(const Metrics& metrics, uint32_t contestant) {
  uint32_t failed = 0, cases = 0;
  for (uint32_t i = 0; i < metrics.cases.size(); ++i) {
    const auto& main = metrics.main_cases;
    const EntryMetrics* entry = metrics.cases[i].Find(contestant);
    if (!entry || std::binary_search(main.begin(), main.end(), i)) continue;
    ++cases;
    failed += entry->failures.failed() > 0;
  }
  if (failed == 0) return "";
  return fmt::format(" In the studies runs failed on {} of {}.", failed, CountOf(cases, "case"));
}

}  // namespace

LearnedVerdict VerdictOf(const v1::Evaluation& evaluation, const Metrics& metrics,
                         uint32_t learned) {
  LearnedVerdict verdict{.contestant = learned,
                         .place = metrics.contestants[learned].place,
                         .contestants = static_cast<uint32_t>(evaluation.contestants_size())};
  if (metrics.baselines.empty()) return verdict;
  verdict.rival = metrics.baselines.front();
  verdict.against_rival = TallyAgainst(metrics, learned, *verdict.rival);
  return verdict;
}

std::string VerdictText(const v1::Evaluation& evaluation, const Metrics& metrics,
                        const LearnedVerdict& verdict) {
  if (verdict.place == 0) return Name(evaluation, verdict.contestant) + " has run on no case.";
  const bool single = metrics.main_cases.size() == 1;
  return (single ? SingleCaseText : ManyCasesText)(evaluation, metrics, verdict) +
         FailureText(evaluation, metrics, verdict.contestant) +
         StudyFailureText(metrics, verdict.contestant);
}

std::string VerdictText(const v1::Evaluation& evaluation, const Metrics& metrics) {
  std::string text;
  for (const uint32_t learned : metrics.learned) {
    text += VerdictText(evaluation, metrics, VerdictOf(evaluation, metrics, learned)) + "\n";
  }
  return text.empty() ? "No learned optimizer has taken part.\n" : text;
}

}  // namespace paceline
