#include "tests/testing/sim/client.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

// What tells nothing of the question itself: the coordinator is gone, its disk is full or broken.
bool MustAskAgain(const absl::Status& status) {
  return !status.ok() && !absl::IsFailedPrecondition(status);
}

}  // namespace

void SimClient::Insist(Question question, std::function<void(const absl::Status&)> done) {
  const absl::Status status = server_.Ask(question);
  rig_.trace.Add("ask", static_cast<uint64_t>(status.raw_code()));
  if (!MustAskAgain(status)) return done(status);
  rig_.failpoints.Reach("client", "asks again");
  rig_.timeline.In(
      random_.Between(200ms, 2000ms),
      [this, question = std::move(question), done = std::move(done)] { Insist(question, done); });
}

void SimClient::Submit(const v1::JobConfig& config) {
  v1::SubmitRequest request;
  *request.mutable_config() = config;
  request.set_request_id(absl::StrCat("request of ", config.name()));
  const auto submit = [request](Coordinator& coordinator) {
    const auto job = coordinator.Submit(request);
    EXPECT_EQ(job.value_or(request.config().name()), request.config().name());
    return job.status();
  };
  Insist(submit, [this, name = config.name()](const absl::Status& status) {
    EXPECT_TRUE(status.ok()) << status;
    rig_.ledger.Submitted(name);
  });
}

void SimClient::Pause(const std::string& job) {
  if (std::exchange(pausing_, true)) return;
  const auto pause = [job](Coordinator& coordinator) { return coordinator.Pause(job).status(); };
  Insist(pause, [this, job](const absl::Status& status) {
    pausing_ = status.ok();
    if (!status.ok()) return;  // it has ended
    rig_.failpoints.Reach("client", "pauses a job");
    rig_.timeline.In(random_.Between(500ms, 10'000ms), [this, job] {
      ExpectPaused(job);
      Resume(job);
    });
  });
}

void SimClient::ExpectPaused(const std::string& job) {
  (void)server_.Ask([&](Coordinator& coordinator) {
    const auto summary = coordinator.Summary(job);
    EXPECT_TRUE(summary.ok()) << summary.status();
    EXPECT_EQ(summary->state(), v1::JOB_STATE_PAUSED) << "a pause that was acknowledged is lost";
    return absl::OkStatus();
  });
}

void SimClient::Resume(const std::string& job) {
  const auto resume = [job](Coordinator& coordinator) { return coordinator.Resume(job).status(); };
  Insist(resume, [this](const absl::Status& status) {
    // An asking whose answer was lost may have made it go on, and it has ended since.
    EXPECT_TRUE(status.ok() || absl::IsFailedPrecondition(status)) << status;
    pausing_ = false;
  });
}

}  // namespace paceline
