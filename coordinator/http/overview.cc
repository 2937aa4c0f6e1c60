#include "coordinator/http/overview.h"

#include <utility>

namespace paceline {
namespace {

constexpr std::chrono::milliseconds kFresh{250};

}  // namespace

// Those who ask at the same time wait for one answer.
template <typename Reply, typename Ask>
absl::StatusOr<std::shared_ptr<const Reply>> Overview::Get(Kept<Reply>& kept, Ask ask) {
  std::lock_guard lock(kept.mutex);
  const SteadyTime now = clock_.Now();
  if (kept.reply != nullptr && now - kept.asked < kFresh) return kept.reply;
  absl::StatusOr<Reply> reply = ask();
  if (!reply.ok()) return reply.status();
  kept.asked = now;
  kept.reply = std::make_shared<const Reply>(*std::move(reply));
  return kept.reply;
}

absl::StatusOr<Overview::Jobs> Overview::GetJobs() {
  return Get(jobs_, [this] { return jobs_api_.List(); });
}

absl::StatusOr<Overview::Workers> Overview::GetWorkers() {
  return Get(workers_, [this] { return jobs_api_.ListWorkers(); });
}

absl::StatusOr<Overview::Evaluations> Overview::GetEvaluations() {
  return Get(evaluations_, [this] { return evaluations_api_.List(); });
}

void Overview::Forget() {
  const auto forget = [](auto& kept) {
    std::lock_guard lock(kept.mutex);
    kept.reply = nullptr;
  };
  forget(jobs_);
  forget(workers_);
  forget(evaluations_);
}

}  // namespace paceline
