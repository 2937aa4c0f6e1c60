#include "coordinator/http/visit.h"

#include <charconv>
#include <utility>

#include "fmt/format.h"

namespace paceline {
namespace {

// A job's number of tasks is asked for once.
class JobsAtWork {
 public:
  JobsAtWork(Overview& overview, JobApi& jobs) : overview_(overview), jobs_(jobs) {}

  std::vector<SeriesJob> operator()() {
    const auto all = overview_.GetJobs();
    if (!all.ok()) return {};
    std::vector<SeriesJob> at_work;
    for (const v1::JobSummary& job : (*all)->jobs()) {
      if (job.state() != v1::JOB_STATE_RUNNING) continue;
      if (known_.name != job.job() || known_.born != job.submitted_unix_ms()) {
        const auto detail = jobs_.Show(job.job());
        if (!detail.ok()) continue;
        known_ = SeriesJobOf(*detail);
      }
      known_.step = job.step();
      at_work.push_back(known_);
    }
    return at_work;
  }

 private:
  Overview& overview_;
  JobApi& jobs_;
  SeriesJob known_;
};

}  // namespace

SeriesJob SeriesJobOf(const v1::JobDetail& detail) {
  return {.name = detail.summary().job(),
          .born = detail.summary().submitted_unix_ms(),
          .step = detail.summary().step(),
          .tasks = detail.config().tasks_size()};
}

SiteParts::SiteParts(const SiteBackend& shown, const SiteOptions& options, const Clock& clock)
    : backend(shown),
      overview(backend.jobs, backend.evaluations, clock),
      series(backend.store, backend.data_folder, JobsAtWork(overview, backend.jobs)),
      news(overview, backend.hub, options.version, [gate = options.gate](const Caller& caller) {
        return gate != nullptr && gate->StillGood(caller).ok();
      }) {}

absl::Status Through(const Visit& visit, std::string_view method, std::string subject,
                     std::string owner, const std::function<absl::Status()>& action) {
  if (!visit.caller) {
    return absl::UnauthenticatedError(
        "this needs an identity: log in with a token, which an admin makes with: paceline tokens "
        "issue");
  }
  if (visit.options.gate == nullptr) {
    return absl::PermissionDeniedError("this coordinator knows no identities");
  }
  return visit.options.gate->Run(*visit.caller,
                                 {.method = method,
                                  .subject = std::move(subject),
                                  .owner = std::move(owner),
                                  .peer = "http " + visit.request.peer},
                                 action);
}

absl::StatusOr<int64_t> NumberOf(const HttpRequest& request, std::string_view name,
                                 int64_t otherwise, int64_t least, int64_t most) {
  const std::string& text = request.parameter(name);
  if (text.empty()) return otherwise;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && least <= value && value <= most) return value;
  return absl::InvalidArgumentError(
      fmt::format("{} is a whole number from {} to {}", name, least, most));
}

}  // namespace paceline
