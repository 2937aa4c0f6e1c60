#include <algorithm>
#include <tuple>

#include "common/text/job_state.h"
#include "coordinator/http/http_json.h"
#include "coordinator/http/pages.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kMostListed = 1000;
constexpr int kMostEvents = 1000;

int RankOf(v1::JobState state) {
  if (state == v1::JOB_STATE_RUNNING) return 0;
  if (state == v1::JOB_STATE_PAUSED) return 1;
  return state == v1::JOB_STATE_QUEUED ? 2 : 3;
}

// Jobs at work, then those of the queue in the order of their turns, then those that have ended,
// the newest first. Of equal ones the order of submission stays.
auto OrderOf(const v1::JobSummary& job) {
  const int rank = RankOf(job.state());
  const int64_t turn = rank < 3 ? -job.priority() : -job.ended_unix_ms();
  return std::tuple(rank, turn);
}

bool Matches(const v1::JobSummary& job, const std::string& state, const std::string& words) {
  if (!state.empty() && StateWord(job.state()) != state) return false;
  return words.empty() || job.job().find(words) != std::string::npos ||
         job.submitter().find(words) != std::string::npos;
}

std::vector<const v1::JobSummary*> Chosen(const v1::ListReply& jobs, const HttpRequest& request) {
  std::vector<const v1::JobSummary*> chosen;
  for (const v1::JobSummary& job : jobs.jobs()) {
    if (Matches(job, request.parameter("state"), request.parameter("q"))) chosen.push_back(&job);
  }
  std::ranges::stable_sort(chosen, {}, [](const auto* job) { return OrderOf(*job); });
  return chosen;
}

absl::Status CheckState(const std::string& word) {
  std::vector<std::string> words;
  for (int state = v1::JOB_STATE_QUEUED; v1::JobState_IsValid(state); ++state) {
    words.push_back(StateWord(static_cast<v1::JobState>(state)));
  }
  if (word.empty() || std::ranges::count(words, word) > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("state is one of {}", fmt::join(words, ", ")));
}

}  // namespace

HttpReply JobsPage(const Visit& visit) {
  const auto offset = NumberOf(visit.request, "offset", 0, 0, int64_t{1} << 40);
  const auto limit = NumberOf(visit.request, "limit", 200, 1, kMostListed);
  if (!offset.ok()) return ErrorReply(offset.status());
  if (!limit.ok()) return ErrorReply(limit.status());
  if (absl::Status state = CheckState(visit.request.parameter("state")); !state.ok()) {
    return ErrorReply(state);
  }
  const auto jobs = visit.site().overview.GetJobs();
  if (!jobs.ok()) return ErrorReply(jobs.status());
  const auto chosen = Chosen(**jobs, visit.request);
  const auto total = static_cast<int64_t>(chosen.size());
  ordered_json rows = ordered_json::array();
  for (int64_t i = *offset; i < std::min(total, *offset + *limit); ++i) {
    rows.push_back(JobJson(*chosen[static_cast<size_t>(i)]));
  }
  return JsonReply({{"total", total}, {"jobs", rows}});
}

HttpReply JobPage(const Visit& visit) {
  const auto detail = visit.site().backend.jobs.Show(visit.name);
  return detail.ok() ? JsonReply(JobDetailJson(*detail)) : ErrorReply(detail.status());
}

HttpReply HeldOutPage(const Visit& visit) {
  const auto records = visit.site().backend.jobs.HeldOut(visit.name);
  if (!records.ok()) return ErrorReply(records.status());
  ordered_json rows = ordered_json::array();
  for (const v1::HeldOutRecord& record : *records) rows.push_back(MeasuredJson(record));
  return JsonReply({{"records", rows}});
}

HttpReply JobEventsPage(const Visit& visit) {
  const auto after = NumberOf(visit.request, "after", 0, 0, int64_t{1} << 60);
  const auto limit = NumberOf(visit.request, "limit", 200, 1, kMostEvents);
  if (!after.ok()) return ErrorReply(after.status());
  if (!limit.ok()) return ErrorReply(limit.status());
  const auto events =
      visit.site().backend.store.Events(visit.name, *after, static_cast<int>(*limit));
  if (!events.ok()) return ErrorReply(events.status());
  ordered_json rows = ordered_json::array();
  for (const EventRow& event : *events) {
    rows.push_back({{"id", event.id}, {"unix_ms", event.unix_ms}, {"text", event.text}});
  }
  return JsonReply({{"events", rows}});
}

}  // namespace paceline
