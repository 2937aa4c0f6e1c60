#include "coordinator/api/evaluation_api.h"

#include <google/protobuf/util/message_differencer.h>

#include <chrono>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/text/evaluation_state.h"

namespace paceline {
namespace {

using google::protobuf::util::MessageDifferencer;

// How long a watcher who has gone may go unnoticed while nothing happens.
constexpr std::chrono::milliseconds kLongestWait{500};
// Between two messages.
constexpr std::chrono::milliseconds kShortestWait{200};

}  // namespace

absl::StatusOr<v1::SubmitEvaluationReply> EvaluationApi::Submit(v1::SubmitEvaluationRequest request,
                                                                const std::string& submitter) {
  auto submission = CheckSubmission(std::move(request));
  if (!submission.ok()) return submission.status();
  MakePlan(*submission);
  submission->submitter = submitter;
  auto name = deps_.loop.Call([&] {
    auto submitted = deps_.coordinator.evaluations().Submit(*std::move(submission));
    deps_.coordinator.PumpEvaluations();
    return submitted;
  });
  if (!name.ok()) return name.status();
  v1::SubmitEvaluationReply reply;
  reply.set_evaluation(*std::move(name));
  return reply;
}

absl::StatusOr<v1::ListEvaluationsReply> EvaluationApi::List() {
  return deps_.loop.Call([&]() -> absl::StatusOr<v1::ListEvaluationsReply> {
    return deps_.coordinator.evaluations().List();
  });
}

// Suite and optimizers are read here and not on the loop: they may be long.
absl::StatusOr<v1::EvaluationDetail> EvaluationApi::Show(const std::string& name) {
  auto detail = deps_.loop.Call([&] { return deps_.coordinator.evaluations().Show(name); });
  if (!detail.ok()) return detail.status();
  auto request = deps_.coordinator.evaluations().archive().Request(name);
  if (!request.ok()) return request.status();
  auto submission = CheckSubmission(*std::move(request));
  if (!submission.ok()) return submission.status();
  *detail->mutable_suite() = submission->request.suite();
  detail->mutable_learned()->Assign(submission->learned.begin(), submission->learned.end());
  return detail;
}

absl::StatusOr<std::string> EvaluationApi::OwnerOf(const std::string& name) {
  const auto summary = Summary(name);
  if (!summary.ok()) return summary.status();
  return summary->submitter();
}

absl::StatusOr<v1::EvaluationSummary> EvaluationApi::Cancel(const std::string& name) {
  return deps_.loop.Call([&] {
    auto summary = deps_.coordinator.evaluations().Cancel(name);
    deps_.coordinator.PumpEvaluations();
    return summary;
  });
}

absl::Status EvaluationApi::Delete(const std::string& name) {
  return deps_.loop.Call([&] { return deps_.coordinator.evaluations().Delete(name); });
}

absl::StatusOr<v1::EvaluationSummary> EvaluationApi::Summary(const std::string& name) {
  return deps_.loop.Call([&] { return deps_.coordinator.evaluations().Summary(name); });
}

absl::StatusOr<std::string> EvaluationApi::Result(const std::string& name) {
  const auto summary = Summary(name);
  if (!summary.ok()) return summary.status();
  if (summary->state() == v1::EVALUATION_STATE_SUCCEEDED) {
    return deps_.coordinator.evaluations().archive().Result(name);
  }
  return absl::FailedPreconditionError(
      absl::StrCat("evaluation ", name, " is ", StateWord(summary->state()), "; it has no result",
                   summary->message().empty() ? "" : ": ", summary->message()));
}

absl::Status EvaluationApi::Watch(const std::string& name,
                                  const std::function<bool(const v1::EvaluationSummary&)>& write,
                                  const std::function<bool()>& cancelled) {
  v1::EvaluationSummary shown;
  while (true) {
    const uint64_t seen = deps_.hub.version();
    const auto summary = Summary(name);
    if (!summary.ok()) return summary.status();
    if (!MessageDifferencer::Equals(shown, *summary) && !write(*summary)) return absl::OkStatus();
    shown = *summary;
    if (HasEnded(shown.state())) return absl::OkStatus();
    deps_.hub.WaitBeyond(std::numeric_limits<uint64_t>::max(), kShortestWait);
    deps_.hub.WaitBeyond(seen, kLongestWait);
    if (cancelled()) return absl::CancelledError("the watcher has gone");
    if (deps_.hub.closed()) {
      return absl::UnavailableError("the coordinator is stopping; watch again when it is back");
    }
  }
}

}  // namespace paceline
