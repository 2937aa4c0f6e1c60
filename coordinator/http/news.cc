#include "coordinator/http/news.h"

#include <algorithm>
#include <set>
#include <utility>

#include "coordinator/http/http_json.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

constexpr std::chrono::milliseconds kTurn{500};
constexpr std::chrono::seconds kWorkersTurn{2};
constexpr std::chrono::seconds kSilence{15};
constexpr std::chrono::seconds kCheck{1};
constexpr size_t kMostWaiting = 1 << 20;

// Whether that is news; it is told then.
bool Update(std::string& told, std::string now) {
  if (told == now) return false;
  told = std::move(now);
  return true;
}

}  // namespace

std::string EventText(const std::string& event, const ordered_json& data) {
  return "event: " + event + "\ndata: " + JsonText(data) + "\n\n";
}

News::News(Overview& overview, WatchHub& hub, std::string version, StillGood still_good)
    : overview_(overview),
      hub_(hub),
      version_(std::move(version)),
      still_good_(std::move(still_good)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

News::~News() {
  thread_.request_stop();
  thread_.join();
  for (const Reader& reader : readers_) reader.stream->End();
}

absl::StatusOr<std::shared_ptr<HttpStream>> News::Listen(const std::string& host,
                                                         std::optional<Caller> caller) {
  std::lock_guard lock(mutex_);
  std::erase_if(readers_, [](const Reader& reader) { return reader.stream->ended(); });
  const auto of_host = std::ranges::count(readers_, host, &Reader::host);
  if (readers_.size() >= kMostReaders || static_cast<size_t>(of_host) >= kMostReadersOfOneHost) {
    return absl::ResourceExhaustedError(
        "too many browsers listen for events; close some, or ask for the pages again by hand");
  }
  auto stream = std::make_shared<HttpStream>(kMostWaiting);
  readers_.push_back({host, std::move(caller), stream});
  wake_.notify_one();
  return stream;
}

void News::Run(const std::stop_token& stop) {
  while (WaitForReaders(stop)) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now - checked_ >= kCheck) DropThoseWhoMayNot();
    std::string text = Changes();
    if (text.empty() && now - spoke_ >= kSilence) text = ": here\n\n";
    if (!text.empty()) spoke_ = now;
    Tell(text);
  }
}

bool News::WaitForReaders(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto is_new = [](const Reader& reader) { return !reader.greeted; };
  wake_.wait_for(lock, stop, kTurn, [&] { return std::ranges::any_of(readers_, is_new); });
  wake_.wait(lock, stop, [this] { return !readers_.empty(); });
  return !stop.stop_requested() && !hub_.closed();
}

std::string News::Changes() { return JobChanges() + EvaluationChanges() + WorkerChanges(); }

std::string News::JobChanges() {
  const auto jobs = overview_.GetJobs();
  if (!jobs.ok()) return "";
  std::string text;
  std::set<std::string> there;
  for (const v1::JobSummary& job : (*jobs)->jobs()) {
    there.insert(job.job());
    if (Update(jobs_[job.job()], job.SerializeAsString())) text += EventText("job", JobJson(job));
  }
  std::erase_if(jobs_, [&](const auto& told) {
    if (there.contains(told.first)) return false;
    text += EventText("gone", {{"job", told.first}});
    return true;
  });
  return text;
}

std::string News::EvaluationChanges() {
  const auto evaluations = overview_.GetEvaluations();
  if (!evaluations.ok()) return "";
  std::string text;
  for (const v1::EvaluationSummary& evaluation : (*evaluations)->evaluations()) {
    if (Update(evaluations_[evaluation.evaluation()], evaluation.SerializeAsString())) {
      text += EventText("evaluation", EvaluationJson(evaluation));
    }
  }
  return text;
}

std::string News::WorkerChanges() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now - workers_told_ < kWorkersTurn) return "";
  const auto workers = overview_.GetWorkers();
  if (!workers.ok()) return "";
  workers_told_ = now;
  std::string text = EventText("workers", WorkersJson(**workers));
  return Update(workers_, text) ? text : "";
}

// Who is greeted asks for everything then, so that what was told before is none of its business.
void News::Tell(const std::string& text) {
  const std::string hello = "retry: 2000\n" + EventText("hello", {{"version", version_}});
  std::lock_guard lock(mutex_);
  std::erase_if(readers_, [&](Reader& reader) {
    const std::string& due = std::exchange(reader.greeted, true) ? text : hello;
    return !due.empty() && !reader.stream->Push(due);
  });
}

void News::DropThoseWhoMayNot() {
  checked_ = std::chrono::steady_clock::now();
  std::lock_guard lock(mutex_);
  std::erase_if(readers_, [this](const Reader& reader) {
    if (!reader.caller || still_good_(*reader.caller)) return false;
    reader.stream->End();
    return true;
  });
}

}  // namespace paceline
