// An hour ($PACELINE_SOAK_SECONDS) of jobs, one after the other, with evaluations, workers that
// come and go and watchers that connect and leave: what the coordinator and a worker that stays
// hold does not grow.
//
// Flat means: a line through what was held each second after the first third rises by no more over
// the rest than kMemoryGrowth and kDescriptorGrowth.
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "common/rpc/channel.h"
#include "coordinator/load/measured.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr double kMiB = 1 << 20;
constexpr double kMemoryGrowth = 12, kDescriptorGrowth = 4;  // MiB, descriptors
constexpr uint32_t kSeed = 21;

seconds Duration() {
  const char* text = std::getenv("PACELINE_SOAK_SECONDS");
  return seconds(text != nullptr ? std::atoi(text) : 3600);
}

// What a process holds, second by second.
class Holdings {
 public:
  void Look(pid_t pid) {
    memory_.push_back(static_cast<double>(ResidentBytes(pid)) / kMiB);
    descriptors_.push_back(CountDescriptors(pid));
    threads_.push_back(CountThreads(pid));
  }
  void ExpectFlat(const char* who) const {
    std::printf(
        "%s: %.1f to %.1f MiB (rises by %.2f after the first third), %.0f descriptors "
        "(%.2f), %.0f threads (%.2f)\n",
        who, At(memory_, 3), memory_.back(), Rise(memory_), descriptors_.back(), Rise(descriptors_),
        threads_.back(), Rise(threads_));
    EXPECT_LT(Rise(memory_), kMemoryGrowth) << who;
    EXPECT_LT(Rise(descriptors_), kDescriptorGrowth) << who;
    EXPECT_LT(Rise(threads_), kDescriptorGrowth) << who;
  }

 private:
  using Series = std::vector<double>;
  static double At(const Series& all, size_t part) { return all[all.size() / part]; }
  // Of the line of least squares through the last two thirds.
  static double Rise(const Series& all) {
    const size_t first = all.size() / 3, count = all.size() - first;
    if (count < 2) return 0;
    const double middle = static_cast<double>(count - 1) / 2;
    double product = 0, square = 0;
    for (size_t i = 0; i < count; ++i) {
      const double x = static_cast<double>(i) - middle;
      product += x * all[first + i];
      square += x * x;
    }
    return product / square * static_cast<double>(count - 1);
  }

  Series memory_, descriptors_, threads_;
};

// Follows whatever job there is for a while, and leaves without a word.
void Watch(v1::JobService::Stub& stub, std::mt19937& random) {
  v1::ListReply list;
  grpc::ClientContext listing;
  if (!stub.List(&listing, {}, &list).ok() || list.jobs_size() == 0) {
    return std::this_thread::sleep_for(milliseconds(50));
  }
  v1::WatchRequest request;
  request.set_job(list.jobs(static_cast<int>(random() % list.jobs_size())).job());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + milliseconds(50 + random() % 3000));
  const auto stream = stub.Watch(&context, request);
  v1::Progress progress;
  for (auto left = random() % 200; left > 0 && stream->Read(&progress); --left) {
  }
  context.TryCancel();
  stream->Finish();
}

class SoakTest : public ::testing::Test {
 protected:
  void Run() {
    for (const char* yaml : kJobs) UndisturbedHash(yaml);
    stub_ = v1::JobService::NewStub(*OpenChannel(cluster_.address(), {}));
    const size_t steady = cluster_.StartWorker();
    std::vector<std::jthread> watchers;
    for (uint32_t i = 0; i < 4; ++i) {
      watchers.emplace_back([this, i](const std::stop_token& stop) { KeepWatching(stop, i); });
    }
    for (end_ = Clock::now() + Duration(); Clock::now() < end_;) {
      ComeAndGo();
      FollowJobs();
      coordinator_.Look(cluster_.coordinator().pid());
      worker_.Look(cluster_.worker(steady).pid());
      WaitUntil([] { return false; }, seconds(1));
    }
    std::printf("seed %u: %lld s, %d jobs, %d workers came\n", kSeed,
                static_cast<long long>(Duration().count()), jobs_done_, came_);
  }

  Holdings coordinator_, worker_;
  int jobs_done_ = 0;

 private:
  static constexpr std::array kJobs = {kNresJob, kWatchedJob, kPesJob};

  // A connection of their own each time.
  void KeepWatching(const std::stop_token& stop, uint32_t number) {
    std::mt19937 random(kSeed + number);
    while (!stop.stop_requested()) {
      const auto stub = v1::JobService::NewStub(
          *OpenChannel(cluster_.address(), {}, ChannelUse::kRequests, Connections::kOwn));
      for (auto left = 1 + random() % 5; left > 0 && !stop.stop_requested(); --left) {
        Watch(*stub, random);
      }
    }
  }

  // Two beside the one that stays, each for 20 s on average; one in two is killed.
  void ComeAndGo() {
    while (guests_.size() < 2) {
      const auto life = std::chrono::duration<double>(life_(random_));
      guests_.emplace(Clock::now() + std::chrono::duration_cast<Clock::duration>(life),
                      cluster_.StartWorker());
      ++came_;
    }
    const auto [when, guest] = *guests_.begin();
    if (Clock::now() < when) return;
    guests_.erase(guests_.begin());
    cluster_.worker(guest).Signal(random_() % 2 == 0 ? SIGKILL : SIGTERM);
  }

  void FollowJobs() {
    const char* yaml = kJobs[static_cast<size_t>(jobs_done_) % kJobs.size()];
    if (job_.empty()) job_ = cluster_.Submit(yaml);
    const v1::JobState state = cluster_.Show(job_).summary().state();
    if (state == v1::JOB_STATE_RUNNING || state == v1::JOB_STATE_QUEUED) return;
    EXPECT_EQ(state, v1::JOB_STATE_SUCCEEDED) << cluster_.Show(job_).DebugString();
    EXPECT_EQ(cluster_.Hash(job_), UndisturbedHash(yaml));
    v1::JobRequest request;
    request.set_job(job_);
    v1::DeleteReply reply;
    grpc::ClientContext context;
    EXPECT_TRUE(stub_->Delete(&context, request, &reply).ok());
    job_.clear();
    ++jobs_done_;
  }

  Cluster cluster_{{"--log-level", "warn"}};
  std::unique_ptr<v1::JobService::Stub> stub_;
  std::mt19937 random_{kSeed};
  std::exponential_distribution<double> life_{1.0 / 20};
  std::multimap<Clock::time_point, size_t> guests_;
  std::string job_;
  int came_ = 0;
  Clock::time_point end_;
};

TEST_F(SoakTest, WhatProgramsHoldDoesNotGrow) {
  Run();
  EXPECT_GT(jobs_done_, 0);
  coordinator_.ExpectFlat("coordinator");
  worker_.ExpectFlat("worker");
}

}  // namespace
}  // namespace paceline
