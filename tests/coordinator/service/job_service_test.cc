#include "coordinator/service/job_service.h"

#include <filesystem>

#include "common/base/digest.h"
#include "common/lopt/layout.h"
#include "common/safetensors/safetensors.h"
#include "coordinator/store/data_folder.h"
#include "gmock/gmock.h"
#include "tests/coordinator/service/service_fixture.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class JobServiceTest : public ServiceTest {
 protected:
  using Call = grpc::Status (v1::JobService::Stub::*)(grpc::ClientContext*, const v1::JobRequest&,
                                                      v1::JobSummary*);
  grpc::Status Ask(Call call, const std::string& job) {
    grpc::ClientContext context;
    v1::JobRequest request;
    request.set_job(job);
    return (jobs_.get()->*call)(&context, request, &summary_);
  }
  grpc::Status GetTheta(const std::string& job, std::optional<int64_t> step) {
    grpc::ClientContext context;
    v1::GetThetaRequest request;
    request.set_job(job);
    if (step) request.set_step(*step);
    return jobs_->GetTheta(&context, request, &theta_);
  }

  grpc::Status Delete(const std::string& job) {
    grpc::ClientContext context;
    v1::JobRequest request;
    request.set_job(job);
    v1::DeleteReply reply;
    return jobs_->Delete(&context, request, &reply);
  }
  std::vector<v1::LogEntry> Logs(const std::string& job, int64_t after_step) {
    grpc::ClientContext context;
    v1::LogsRequest request;
    request.set_job(job);
    request.set_after_step(after_step);
    auto reader = jobs_->Logs(&context, request);
    std::vector<v1::LogEntry> entries;
    for (v1::LogEntry entry; reader->Read(&entry);) entries.push_back(entry);
    EXPECT_TRUE(reader->Finish().ok());
    return entries;
  }

  std::vector<v1::StepScalars> Scalars(const std::string& job, int64_t after_step,
                                       grpc::StatusCode code = grpc::OK) {
    grpc::ClientContext context;
    v1::GetScalarsRequest request;
    request.set_job(job);
    request.set_after_step(after_step);
    auto reader = jobs_->GetScalars(&context, request);
    std::vector<v1::StepScalars> steps;
    for (v1::StepScalars step; reader->Read(&step);) steps.push_back(step);
    EXPECT_EQ(reader->Finish().error_code(), code);
    return steps;
  }

  v1::JobSummary summary_;
  v1::GetThetaReply theta_;
};

TEST_F(JobServiceTest, ASubmittedJobRunsAndIsFollowedToItsEnd) {
  const auto worker = NewWorker();
  const std::string job = Submit(ToyConfig());
  const std::vector<v1::Progress> all = Follow(job);
  std::vector<int64_t> steps;
  for (const v1::Progress& progress : all) {
    if (progress.has_record()) steps.push_back(progress.record().step());
  }
  EXPECT_THAT(steps, testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_EQ(all.back().summary().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(all.back().workers(), 1u);
}

TEST_F(JobServiceTest, AWatchOfAnEndedJobTellsItsHistoryFromWhereverOneWants) {
  const auto worker = NewWorker();
  const std::string job = Submit(ToyConfig());
  Follow(job);
  std::vector<int64_t> steps;
  for (const v1::Progress& progress : Follow(job, 9)) {
    if (progress.has_record()) steps.push_back(progress.record().step());
  }
  EXPECT_THAT(steps, testing::ElementsAre(10, 11, 12));
  const std::vector<v1::Progress> nothing_new = Follow(job, 12);
  ASSERT_FALSE(nothing_new.empty());
  EXPECT_EQ(nothing_new.back().summary().state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(JobServiceTest, EventsAreFollowedToo) {
  const auto worker = NewWorker();
  const std::string job = Submit(ToyConfig());
  std::vector<std::string> events;
  const std::vector<v1::Progress> all = Follow(job);
  for (const v1::Progress& progress : all) {
    if (!progress.event().empty()) events.push_back(progress.event());
  }
  EXPECT_THAT(events, testing::ElementsAre("queued → running", "running → succeeded"));
  EXPECT_EQ(all.back().event(), "running → succeeded") << "events and records are not in order";
}

TEST_F(JobServiceTest, AJobIsPausedResumedAndCancelled) {
  const auto worker = NewWorker();
  const std::string job = Submit(LongConfig("long"));
  WaitForStep(job, 2);
  ASSERT_TRUE(Ask(&v1::JobService::Stub::Pause, job).ok());
  EXPECT_EQ(summary_.state(), v1::JOB_STATE_PAUSED);
  const int64_t paused_at = summary_.step();
  EXPECT_EQ(Summary(job).step(), paused_at);
  ASSERT_TRUE(Ask(&v1::JobService::Stub::Resume, job).ok());
  EXPECT_EQ(summary_.state(), v1::JOB_STATE_RUNNING);
  WaitForStep(job, paused_at + 2);
  ASSERT_TRUE(Ask(&v1::JobService::Stub::Cancel, job).ok());
  EXPECT_EQ(summary_.state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(Ask(&v1::JobService::Stub::Cancel, job).ok()) << "it is what was asked for";
  const grpc::Status again = Ask(&v1::JobService::Stub::Pause, job);
  EXPECT_EQ(again.error_code(), grpc::FAILED_PRECONDITION);
  EXPECT_THAT(again.error_message(), HasSubstr("is cancelled and cannot be paused"));
}

TEST_F(JobServiceTest, WhatIsAskedForTwiceIsNoError) {
  const std::string job = Submit(LongConfig("long"));
  EXPECT_TRUE(Ask(&v1::JobService::Stub::Resume, job).ok());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(Ask(&v1::JobService::Stub::Pause, job).ok());
    EXPECT_EQ(summary_.state(), v1::JOB_STATE_PAUSED);
  }
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(Ask(&v1::JobService::Stub::Resume, job).ok());
    EXPECT_EQ(summary_.state(), v1::JOB_STATE_RUNNING);
  }
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(Ask(&v1::JobService::Stub::Cancel, job).ok());
    EXPECT_EQ(summary_.state(), v1::JOB_STATE_CANCELLED);
  }
}

TEST_F(JobServiceTest, TheLogsOfAJobAreItsEventsAndOuterStepsInOrder) {
  const auto worker = NewWorker();
  const std::string job = Submit(ToyConfig());
  Follow(job);
  const std::vector<v1::LogEntry> entries = Logs(job, 0);
  ASSERT_EQ(entries.size(), 14u);
  std::vector<int64_t> steps;
  std::vector<std::string> events;
  int64_t last = 0;
  for (const v1::LogEntry& entry : entries) {
    EXPECT_GE(entry.unix_ms(), last);
    last = entry.unix_ms();
    if (entry.has_record()) steps.push_back(entry.record().step());
    if (entry.has_event()) events.push_back(entry.event());
  }
  EXPECT_THAT(steps, testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_THAT(events, testing::ElementsAre("queued → running", "running → succeeded"));
  EXPECT_EQ(entries.back().event(), "running → succeeded");
  EXPECT_EQ(Logs(job, 10).size(), 4u);
}

TEST_F(JobServiceTest, OnlyAJobThatHasEndedIsDeletedAndThenItsFolderIsGoneToo) {
  const auto worker = NewWorker();
  const std::string job = Submit(LongConfig("long"));
  WaitForStep(job, 2);
  const grpc::Status early = Delete(job);
  EXPECT_EQ(early.error_code(), grpc::FAILED_PRECONDITION);
  EXPECT_THAT(early.error_message(), HasSubstr("is running; only a job that has ended"));
  ASSERT_TRUE(Ask(&v1::JobService::Stub::Cancel, job).ok());
  const std::string folder = JobFolder(folder_.path(), job);
  EXPECT_TRUE(std::filesystem::exists(folder + "/log.jsonl"));
  const grpc::Status status = Delete(job);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_TRUE(store_.Jobs()->empty());
  EXPECT_EQ(Delete(job).error_code(), grpc::NOT_FOUND);
  EXPECT_EQ(Submit(ToyConfig("long")), "long") << "the name is not free";
  EXPECT_EQ(Follow("long").back().summary().state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(JobServiceTest, AWatchEndsWhenTheJobIsCancelled) {
  const auto worker = NewWorker();
  const std::string job = Submit(LongConfig("long"));
  std::vector<v1::Progress> seen;
  std::thread watcher([&] { seen = Follow(job); });
  WaitForStep(job, 2);
  ASSERT_TRUE(Ask(&v1::JobService::Stub::Cancel, job).ok());
  watcher.join();
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back().summary().state(), v1::JOB_STATE_CANCELLED);
}

TEST_F(JobServiceTest, AFaultyConfigIsRefusedWithItsFaults) {
  v1::JobConfig config = ToyConfig();
  config.set_name("Not a name");
  config.mutable_outer()->set_steps(0);
  config.set_checkpoint_every(0);
  grpc::ClientContext context;
  v1::SubmitRequest request;
  *request.mutable_config() = config;
  v1::SubmitReply reply;
  const grpc::Status status = jobs_->Submit(&context, request, &reply);
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("name"));
  EXPECT_THAT(status.error_message(), HasSubstr("outer.steps"));
  EXPECT_THAT(status.error_message(), HasSubstr("checkpoint_every"));
}

TEST_F(JobServiceTest, SharesOfTheComputingBecomeWeightsWhoeverSubmits) {
  v1::JobConfig config = ToyConfig();
  v1::Task& dearer = *config.add_tasks();
  dearer = config.tasks(0);
  dearer.mutable_quadratic()->set_dimension(8 * config.tasks(0).quadratic().dimension());
  config.set_shares(v1::TASK_SHARES_COMPUTE);
  const std::string job = Submit(config);
  grpc::ClientContext context;
  v1::ShowRequest request;
  request.set_job(job);
  v1::JobDetail detail;
  ASSERT_TRUE(jobs_->Show(&context, request, &detail).ok());
  EXPECT_EQ(detail.config().shares(), v1::TASK_SHARES_EPISODES);
  EXPECT_GT(detail.config().tasks(0).weight(), 4 * detail.config().tasks(1).weight());
}

TEST_F(JobServiceTest, ThetaIsGivenAtAnyStepWithItsDigest) {
  const auto worker = NewWorker();
  const std::string job = Submit(ToyConfig());
  Follow(job);
  std::set<std::string> digests;
  for (int64_t step = 0; step <= 12; ++step) {
    const grpc::Status status = GetTheta(job, step);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(theta_.step(), step);
    const auto file = ParseSafetensors(theta_.safetensors());
    ASSERT_TRUE(file.ok()) << file.status();
    std::vector<float> theta;
    for (const ThetaLeaf& leaf : LayoutOf(ToyConfig().optimizer()).leaves) {
      const auto values = file->tensors.at(leaf.path).f32();
      theta.insert(theta.end(), values.begin(), values.end());
    }
    EXPECT_EQ(theta_.digest(), ThetaDigest(theta));
    digests.insert(theta_.digest());
  }
  EXPECT_EQ(digests.size(), 13u);
  ASSERT_TRUE(GetTheta(job, std::nullopt).ok());
  EXPECT_EQ(theta_.step(), 12);
  EXPECT_EQ(GetTheta(job, 13).error_code(), grpc::OUT_OF_RANGE);
  EXPECT_EQ(GetTheta("x", 0).error_code(), grpc::NOT_FOUND);
}

TEST_F(JobServiceTest, TheScalarsOfOuterStepsAreGivenAsTheStoreHasThem) {
  const auto worker = NewWorker();
  const std::string job = Submit(ToyConfig());
  Follow(job);
  const auto rows = *store_.Steps(job, 0, 100);
  ASSERT_EQ(rows.size(), 12u);
  const std::vector<v1::StepScalars> steps = Scalars(job, 0);
  ASSERT_EQ(steps.size(), rows.size());
  const int block = static_cast<int>(ToyConfig().estimator().block());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(steps[i].step(), rows[i].step);
    EXPECT_EQ(steps[i].record().mean_loss(), rows[i].record.mean_loss());
    size_t particle = 0;
    for (int b = 0; b < steps[i].answers_size(); ++b) {
      const v1::CountedAnswer& answer = steps[i].answers(b);
      EXPECT_EQ(answer.block(), static_cast<uint32_t>(b));
      EXPECT_EQ(answer.window(), rows[i].step - 1);
      ASSERT_EQ(answer.particles_size(), block);
      for (const v1::ParticleResult& result : answer.particles()) {
        const ParticleScalars& stored = rows[i].particles[particle++];
        EXPECT_EQ(result.sum_plus(), stored.sum_plus);
        EXPECT_EQ(result.sum_minus(), stored.sum_minus);
        EXPECT_EQ(result.trained_steps(), stored.trained_steps);
        EXPECT_EQ(result.diverged(), stored.diverged);
      }
    }
    EXPECT_EQ(particle, rows[i].particles.size());
  }
  EXPECT_EQ(Scalars(job, 10).size(), 2u);
  EXPECT_TRUE(Scalars(job, 12).empty());
  EXPECT_TRUE(Scalars("x", 0, grpc::NOT_FOUND).empty());
}

TEST_F(JobServiceTest, UnknownJobsAreNotFound) {
  EXPECT_EQ(Ask(&v1::JobService::Stub::Pause, "x").error_code(), grpc::NOT_FOUND);
  EXPECT_EQ(Ask(&v1::JobService::Stub::Resume, "x").error_code(), grpc::NOT_FOUND);
  EXPECT_EQ(Ask(&v1::JobService::Stub::Cancel, "x").error_code(), grpc::NOT_FOUND);
  grpc::ClientContext context;
  v1::WatchRequest request;
  request.set_job("x");
  auto reader = jobs_->Watch(&context, request);
  v1::Progress progress;
  EXPECT_FALSE(reader->Read(&progress));
  EXPECT_EQ(reader->Finish().error_code(), grpc::NOT_FOUND);
}

TEST_F(JobServiceTest, JobsAndWorkersAreListed) {
  const auto worker = NewWorker();
  Submit(LongConfig("one"));
  Submit(ToyConfig("two"));
  WaitForStep("one", 1);
  grpc::ClientContext list_context;
  v1::ListReply list;
  ASSERT_TRUE(jobs_->List(&list_context, {}, &list).ok());
  ASSERT_EQ(list.jobs_size(), 2);
  EXPECT_EQ(list.jobs(0).job(), "one");
  EXPECT_EQ(list.jobs(0).state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(list.jobs(1).state(), v1::JOB_STATE_QUEUED);
  grpc::ClientContext workers_context;
  v1::ListWorkersReply workers;
  ASSERT_TRUE(jobs_->ListWorkers(&workers_context, {}, &workers).ok());
  ASSERT_EQ(workers.workers_size(), 1);
  EXPECT_EQ(workers.workers(0).name(), "toy");
  EXPECT_EQ(workers.workers(0).blocks(), 4u);
}

}  // namespace
}  // namespace paceline
