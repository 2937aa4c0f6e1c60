#include <cmath>
#include <string_view>
#include <vector>

#include "coordinator/http/http_json.h"
#include "coordinator/http/pages.h"
#include "coordinator/series/series_row.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kMostPoints = 5000;
constexpr size_t kMostMetrics = 16;
constexpr int64_t kRecordsOfAges = 1000;
constexpr int kRowsAtOnce = 32;

std::vector<std::string> NamesOf(std::string_view list) {
  std::vector<std::string> names;
  for (size_t begin = 0, end = 0; end < list.size(); begin = end + 1) {
    end = std::min(list.find(',', begin), list.size());
    names.emplace_back(list.substr(begin, end - begin));
  }
  return names;
}

absl::StatusOr<std::vector<size_t>> MetricsOf(const std::vector<std::string>& names, int tasks) {
  if (names.empty() || names.size() > kMostMetrics) {
    return absl::InvalidArgumentError(fmt::format("metrics lists 1 to {} names", kMostMetrics));
  }
  std::vector<size_t> metrics;
  for (const std::string& name : names) {
    const auto metric = MetricOf(name, tasks);
    if (!metric) {
      return absl::InvalidArgumentError(fmt::format("there is no metric \"{}\"; there is {}{}",
                                                    name, fmt::join(kMetrics, ", "),
                                                    tasks > 1 ? " and task:0, task:1, ..." : ""));
    }
    metrics.push_back(*metric);
  }
  return metrics;
}

absl::StatusOr<SeriesQuestion> QuestionOf(const HttpRequest& request, int64_t steps) {
  const auto first = NumberOf(request, "from", 1, 1, int64_t{1} << 40);
  const auto last = NumberOf(request, "to", steps, 0, int64_t{1} << 40);
  const auto points = NumberOf(request, "points", 600, 1, kMostPoints);
  for (const auto* number : {&first, &last, &points}) {
    if (!number->ok()) return number->status();
  }
  return SeriesQuestion{.metrics = {}, .first = *first, .last = *last, .points = *points};
}

ordered_json BucketsJson(const Buckets& buckets) {
  ordered_json steps = ordered_json::array(), means = steps, least = steps, greatest = steps;
  for (const Bucket& bucket : buckets.all()) {
    steps.push_back(bucket.step);
    means.push_back(FiniteJson(bucket.mean()));
    least.push_back(FiniteJson(bucket.least));
    greatest.push_back(FiniteJson(bucket.greatest));
  }
  return {{"step", steps}, {"mean", means}, {"min", least}, {"max", greatest}};
}

}  // namespace

HttpReply SeriesPage(const Visit& visit) {
  const auto detail = visit.site().backend.jobs.Show(visit.name);
  if (!detail.ok()) return ErrorReply(detail.status());
  const SeriesJob job = SeriesJobOf(*detail);
  const std::string& list = visit.request.parameter("metrics");
  const auto names = NamesOf(list.empty() ? std::string_view("loss") : list);
  auto question = QuestionOf(visit.request, job.step);
  if (!question.ok()) return ErrorReply(question.status());
  auto metrics = MetricsOf(names, job.tasks);
  if (!metrics.ok()) return ErrorReply(metrics.status());
  question->metrics = *std::move(metrics);
  const auto answer = visit.site().series.Read(job, *question);
  if (!answer.ok()) return ErrorReply(answer.status());
  ordered_json series = ordered_json::object();
  for (size_t i = 0; i < names.size(); ++i) series[names[i]] = BucketsJson(answer->series[i]);
  return JsonReply({{"job", visit.name},
                    {"last_step", job.step},
                    {"bucket", answer->bucket_steps},
                    {"building", answer->building},
                    {"series", series}});
}

HttpReply StalenessPage(const Visit& visit) {
  const auto totals = visit.site().backend.store.Totals(visit.name);
  if (!totals.ok()) return ErrorReply(totals.status());
  std::vector<uint64_t> ages;
  for (int64_t step = std::max<int64_t>(totals->steps - kRecordsOfAges, 0); step < totals->steps;) {
    const auto records = visit.site().backend.store.Records(visit.name, step, kRowsAtOnce);
    if (!records.ok()) return ErrorReply(records.status());
    if (records->empty()) break;
    for (const v1::OuterStepRecord& record : *records) {
      const auto count = static_cast<size_t>(record.answer_ages_size());
      if (count > ages.size()) ages.resize(count);
      for (size_t age = 0; age < count; ++age) {
        ages[age] += record.answer_ages(static_cast<int>(age));
      }
    }
    step = records->back().step();
    if (ages.empty()) break;  // a strict job, whose steps have none
  }
  return JsonReply({{"ages", ages}});
}

}  // namespace paceline
