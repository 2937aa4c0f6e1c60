// Blocks that go on where another worker saved them.
#include <filesystem>
#include <future>
#include <mutex>
#include <new>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/worker/agent/agent_fixture.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Block 0 is in its first episode until step 3, block 1 until step 2 and again until step 6.
constexpr int64_t kWindowSteps = 10;

class SnapshotsTest : public AgentTest {
 protected:
  SnapshotsTest() { Restart(); }
  ~SnapshotsTest() override { agent_.reset(); }  // which writes to the folder

  // Another worker, as after a kill.
  void Restart(int64_t every = 100, int threads = 2) {
    agent_.reset();
    sent_.clear();
    StartAgent(threads, folder_.path(), every);
    agent_->BeginSession();
    Announce("job");
  }
  std::map<uint32_t, v1::WindowResult> RunStep(int64_t step, const std::vector<uint32_t>& blocks) {
    SendTheta("job", step);
    Ask("job", step, blocks);
    auto answers = Answers(blocks.size());
    for (const auto& [block, result] : answers) ExpectRight(result);
    return answers;
  }
  void Leave() {
    std::promise<void> drained;
    agent_->Drain([&] { drained.set_value(); });
    drained.get_future().wait();
    EXPECT_TRUE(agent_->WaitDrained());
  }
  std::vector<fs::path> Files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }
  void EndJob(const std::string& reason) {
    v1::CoordinatorMessage end;
    end.mutable_end()->set_job("job");
    end.mutable_end()->set_reason(reason);
    ASSERT_TRUE(agent_->Handle(end).ok());
  }

  TemporaryFolder folder_;
};

TEST_F(SnapshotsTest, NothingIsRunAgainAfterAWorkerThatWasToldToLeave) {
  for (int64_t step = 0; step < 3; ++step) RunStep(step, {0, 1, 2, 3});
  EXPECT_THAT(Files(), IsEmpty()) << "every 100 windows";
  Leave();
  // Block 1 is at the border of its episodes.
  EXPECT_THAT(Files(), SizeIs(3));
  Restart();
  for (const auto& [block, result] : RunStep(3, {0, 1, 2, 3})) {
    EXPECT_EQ(result.replayed_inner_steps(), 0u) << block;
  }
}

TEST_F(SnapshotsTest, AfterADeathAtMostAsManyWindowsAreRunAgainAsLieBetweenTwoSnapshots) {
  Restart(/*every=*/2);
  for (int64_t step = 0; step < 3; ++step) RunStep(step, {0});
  Restart();
  EXPECT_EQ(RunStep(3, {0}).at(0).replayed_inner_steps(), kWindowSteps);
}

TEST_F(SnapshotsTest, DeathsOneAfterTheOtherDoNotAddUp) {
  Restart(/*every=*/2);
  control_->on_save = [] { throw std::bad_alloc(); };  // it dies before that
  for (int64_t step = 0; step < 2; ++step) RunStep(step, {0});
  agent_.reset();
  control_->on_save = [] {};
  Restart(/*every=*/2);
  EXPECT_EQ(RunStep(2, {0}).at(0).replayed_inner_steps(), 2 * kWindowSteps);
  Restart();
  EXPECT_EQ(RunStep(3, {0}).at(0).replayed_inner_steps(), kWindowSteps);
}

TEST_F(SnapshotsTest, ABlockThatIsBehindTakesOnANewerStateToo) {
  for (int64_t step = 0; step < 3; ++step) RunStep(step, {0});
  Leave();
  Restart();
  RunStep(0, {0});
  EXPECT_EQ(RunStep(3, {0}).at(0).replayed_inner_steps(), 0u);
}

TEST_F(SnapshotsTest, OfADamagedOneNothingIsTaken) {
  Restart(/*every=*/1);
  for (int64_t step = 0; step < 4; ++step) RunStep(step, {0});
  ASSERT_THAT(Files(), SizeIs(2)) << "of steps 2 and 3; at step 4 an episode begins";
  for (const fs::path& file : Files()) {
    if (file.filename().string().starts_with("block-0-step-3")) fs::resize_file(file, 200);
  }
  Restart();
  EXPECT_EQ(RunStep(3, {0}).at(0).replayed_inner_steps(), kWindowSteps) << "the older one";
  for (const fs::path& file : Files()) fs::resize_file(file, 10);
  Restart();
  EXPECT_EQ(RunStep(3, {0}).at(0).replayed_inner_steps(), 3 * kWindowSteps);
}

TEST_F(SnapshotsTest, OfAnotherHistoryNothingIsTaken) {
  for (int64_t step = 0; step < 3; ++step) RunStep(step, {0});
  Leave();
  ASSERT_THAT(Files(), SizeIs(1));
  const SnapshotName own = ParseFileName(Files().front().filename().string()).value();
  EXPECT_EQ(own.theta_hash, FakeTheta("job", own.step - 1)->hash);
  fs::remove(Files().front());
  SnapshotName other = own;
  other.theta_hash ^= 1;
  const double state = 42;
  Tensor tensor{.dtype = DType::kF64, .shape = {1}, .data = {}};
  tensor.data.assign(reinterpret_cast<const char*>(&state), sizeof state);
  ASSERT_TRUE(SnapshotFolder(folder_.path())
                  .Write("job\nfake", other, {.tensors = {{"state", tensor}}, .metadata = {}}));
  Restart();
  EXPECT_EQ(RunStep(3, {0}).at(0).replayed_inner_steps(), 3 * kWindowSteps);
}

TEST_F(SnapshotsTest, ABlockThatCannotTakeAStateOnIsReMade) {
  for (int64_t step = 0; step < 3; ++step) RunStep(step, {0});
  Leave();
  Restart();
  control_->on_restore = [] { return absl::InternalError("the device is gone"); };
  EXPECT_EQ(RunStep(3, {0}).at(0).replayed_inner_steps(), 3 * kWindowSteps);
  Restart();
  control_->on_restore = []() -> absl::Status { throw std::bad_alloc(); };
  RunStep(3, {0});
}

TEST_F(SnapshotsTest, ABlockThatCannotBeSavedGoesOn) {
  Restart(/*every=*/1);
  control_->on_save = [] { throw std::bad_alloc(); };
  for (int64_t step = 0; step < 6; ++step) RunStep(step, {0});
  Leave();
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_GT(control_->saved, 0);
}

TEST_F(SnapshotsTest, AJobThatIsOverLeavesNone) {
  Restart(/*every=*/1);
  for (int64_t step = 0; step < 3; ++step) RunStep(step, {0});
  EndJob("");
  Leave();
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(SnapshotsTest, AJobThatIsOverForThisWorkerAloneKeepsThem) {
  Restart(/*every=*/1);
  for (int64_t step = 0; step < 3; ++step) RunStep(step, {0});
  EndJob("its data differ");
  EXPECT_THAT(Files(), SizeIs(testing::Ge(1u)));
}

TEST_F(SnapshotsTest, ALongWindowDoesNotKeepOtherBlocksFromBeingSaved) {
  Restart(/*every=*/100, /*threads=*/1);
  for (int64_t step = 0; step < 2; ++step) RunStep(step, {0, 1});
  std::promise<void> started, go, saved;
  control_->on_window = [&](uint32_t, int64_t) {
    started.set_value();
    go.get_future().wait();
    return absl::OkStatus();
  };
  std::once_flag once;
  control_->on_save = [&] { std::call_once(once, [&] { saved.set_value(); }); };
  SendTheta("job", 2);
  Ask("job", 2, {1});
  started.get_future().wait();
  agent_->Drain([] {});
  saved.get_future().wait();
  agent_->Abandon();
  EXPECT_FALSE(agent_->WaitDrained());
  go.set_value();
  NextSent();
  agent_.reset();
}

TEST_F(SnapshotsTest, WithoutAFolderNothingIsSaved) {
  StartAgent(2);
  agent_->BeginSession();
  Announce("job");
  for (int64_t step = 0; step < 3; ++step) RunStep(step, {0});
  Leave();
  EXPECT_EQ(control_->saved, 0);
}

}  // namespace
}  // namespace paceline
