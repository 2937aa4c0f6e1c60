#include "common/evaluation/metrics.h"

#include <algorithm>
#include <functional>
#include <thread>
#include <tuple>

#include "common/base/parallel.h"

namespace paceline {
namespace {

using Replicates = std::vector<CaseReplicates>;  // [case]

// Where a contestant's figures of a case are.
struct Place {
  const CaseMetrics* its_case = nullptr;
  const CaseReplicates* replicates = nullptr;
  size_t entry = 0;
  uint32_t case_index = 0;

  const EntryMetrics& metrics() const { return its_case->entries[entry]; }
};

std::vector<Place> PlacesOf(const Metrics& metrics, const Replicates& replicates,
                            uint32_t contestant) {
  std::vector<Place> places;
  for (const uint32_t index : metrics.main_cases) {
    const CaseMetrics& its_case = metrics.cases[index];
    const EntryMetrics* entry = its_case.Find(contestant);
    if (!entry) continue;
    places.push_back({&its_case, &replicates[index],
                      static_cast<size_t>(entry - its_case.entries.data()), index});
  }
  return places;
}

using Statistic = std::function<double(std::vector<double>)>;

// Of a figure of each case, resampling cases and the runs of each. `of_resample` is the figure of
// a place in a resample of its runs.
Estimate EstimateOver(const std::vector<Place>& places, const Bootstrap& bootstrap,
                      const std::function<double(const Place&)>& figure,
                      const std::function<double(const Place&, uint32_t)>& of_resample,
                      const Statistic& statistic) {
  std::vector<double> values;
  values.reserve(places.size());
  for (const Place& place : places) values.push_back(figure(place));
  const auto count = static_cast<uint32_t>(places.size());
  std::vector<double> replicates;
  for (uint32_t number = 0; number < kResamples; ++number) {
    std::vector<double> drawn;
    for (const Bootstrap::Draw& draw : bootstrap.Cases(number, count)) {
      drawn.push_back(of_resample(places[draw.case_place], draw.resample));
    }
    replicates.push_back(statistic(std::move(drawn)));
  }
  return {statistic(std::move(values)), PercentileInterval(std::move(replicates))};
}

double ShareAsFast(const std::vector<double>& speed_ups) {
  const auto fast =
      std::count_if(speed_ups.begin(), speed_ups.end(), [](double v) { return v >= 1; });
  return static_cast<double>(fast) / static_cast<double>(speed_ups.size());
}

void AddEstimates(ContestantMetrics& metrics, const std::vector<Place>& places,
                  const Bootstrap& bootstrap) {
  if (places.empty()) return;
  metrics.score = EstimateOver(
      places, bootstrap, [](const Place& p) { return p.metrics().score.value; },
      [](const Place& p, uint32_t n) { return p.replicates->score[p.entry][n]; },
      InterquartileMean);
  std::vector<Place> with_goal;
  for (const Place& place : places) {
    if (place.metrics().speed_up) with_goal.push_back(place);
  }
  if (with_goal.empty()) return;
  const auto value = [](const Place& p) { return p.metrics().speed_up->value; };
  const auto replicate = [](const Place& p, uint32_t n) {
    return p.replicates->speed_up[p.entry][n];
  };
  metrics.speed_up = EstimateOver(with_goal, bootstrap, value, replicate, InterquartileMean);
  metrics.share_as_fast = EstimateOver(with_goal, bootstrap, value, replicate, ShareAsFast);
}

void AddWorst(ContestantMetrics& metrics, const Place& place) {
  const EntryMetrics& entry = place.metrics();
  WorstCase here{.case_index = place.case_index, .score = entry.score.value};
  if (entry.speed_up) here.speed_up = entry.speed_up->value;
  const auto key = [](const WorstCase& worst) {
    return std::tuple(worst.speed_up.value_or(1), worst.score);
  };
  if (!metrics.worst || key(here) < key(*metrics.worst)) metrics.worst = here;
}

void AddCase(ContestantMetrics& metrics, const Place& place) {
  const EntryMetrics& entry = place.metrics();
  ++metrics.cases;
  metrics.mean_rank += entry.rank;
  metrics.best_on += entry.training_loss.mean == place.its_case->scale.best_loss;
  metrics.failures.Add(entry.failures);
  metrics.failed_on += entry.failures.failed() > 0;
  metrics.runs += static_cast<uint32_t>(entry.fates.size());
  if (entry.against_reference) metrics.against_reference.Add(entry.against_reference->contest);
  AddWorst(metrics, place);
}

// Over all cases, those of studies too.
void AddOverhead(ContestantMetrics& metrics, const std::vector<CaseMetrics>& cases,
                 uint32_t contestant) {
  std::vector<double> flops, bytes;
  for (const CaseMetrics& one : cases) {
    const EntryMetrics* entry = one.Find(contestant);
    if (!entry) continue;
    if (entry->optimizer_flops_ratio) flops.push_back(*entry->optimizer_flops_ratio);
    bytes.push_back(entry->state_bytes_per_parameter);
    metrics.trials += entry->entry->trials();
    metrics.tuning_inner_steps += entry->entry->tuning_inner_steps();
  }
  if (!flops.empty()) metrics.optimizer_flops_ratio = MedianOf(flops);
  if (!bytes.empty()) metrics.state_bytes_per_parameter = MedianOf(bytes);
}

void AddPlaces(std::vector<ContestantMetrics>& contestants) {
  for (ContestantMetrics& contestant : contestants) {
    if (contestant.cases == 0) continue;
    contestant.place = 1;
    for (const ContestantMetrics& other : contestants) {
      contestant.place += other.cases > 0 && other.mean_rank < contestant.mean_rank;
    }
  }
}

ContestantMetrics MetricsOfContestant(const Metrics& metrics, const Replicates& replicates,
                                      uint32_t contestant, const Bootstrap& bootstrap) {
  ContestantMetrics result;
  const std::vector<Place> places = PlacesOf(metrics, replicates, contestant);
  for (const Place& place : places) AddCase(result, place);
  if (result.cases > 0) result.mean_rank /= result.cases;
  AddEstimates(result, places, bootstrap);
  AddOverhead(result, metrics.cases, contestant);
  return result;
}

void AddOrder(const v1::Evaluation& evaluation, Metrics& metrics) {
  for (int i = 0; i < evaluation.contestants_size(); ++i) {
    auto& list = IsLearned(evaluation.contestants(i)) ? metrics.learned : metrics.baselines;
    list.push_back(static_cast<uint32_t>(i));
  }
  // One without a main case comes last.
  const auto place = [&](uint32_t c) { return metrics.contestants[c].place - 1; };
  std::stable_sort(metrics.baselines.begin(), metrics.baselines.end(),
                   [&](uint32_t a, uint32_t b) { return place(a) < place(b); });
}

}  // namespace

bool IsLearned(const v1::Contestant& contestant) { return contestant.rule().empty(); }

std::vector<uint32_t> MainCases(const v1::Evaluation& evaluation) {
  std::vector<uint32_t> main, all;
  for (int i = 0; i < evaluation.cases_size(); ++i) {
    all.push_back(static_cast<uint32_t>(i));
    if (evaluation.cases(i).study().empty()) main.push_back(static_cast<uint32_t>(i));
  }
  return main.empty() ? all : main;
}

Metrics MetricsOf(const v1::Evaluation& evaluation) {
  const Bootstrap bootstrap(evaluation.seed());
  std::vector<std::vector<const v1::EvaluationEntry*>> entries(evaluation.cases_size());
  for (const auto& entry : evaluation.entries()) entries[entry.case_index()].push_back(&entry);
  Metrics metrics{.main_cases = MainCases(evaluation)};
  Replicates replicates(entries.size());
  metrics.cases.resize(entries.size());
  const auto threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  ParallelFor(threads, entries.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      metrics.cases[i] =
          MetricsOfCase(evaluation, static_cast<uint32_t>(i), entries[i], bootstrap, replicates[i]);
    }
  });
  for (int i = 0; i < evaluation.contestants_size(); ++i) {
    metrics.contestants.push_back(
        MetricsOfContestant(metrics, replicates, static_cast<uint32_t>(i), bootstrap));
  }
  AddPlaces(metrics.contestants);
  AddOrder(evaluation, metrics);
  return metrics;
}

std::vector<const EntryMetrics*> MainEntries(const Metrics& metrics, uint32_t contestant) {
  std::vector<const EntryMetrics*> entries;
  for (const uint32_t index : metrics.main_cases) {
    if (const auto* entry = metrics.cases[index].Find(contestant)) entries.push_back(entry);
  }
  return entries;
}

double ShareAtLeast(const Metrics& metrics, uint32_t contestant, double speed_up) {
  std::vector<double> fast;
  for (const EntryMetrics* entry : MainEntries(metrics, contestant)) {
    if (entry->speed_up) fast.push_back(entry->speed_up->value >= speed_up);
  }
  return fast.empty() ? 0 : MeanOf(fast);
}

}  // namespace paceline
