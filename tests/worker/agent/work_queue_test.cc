#include "worker/agent/work_queue.h"

#include <future>
#include <thread>

#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

WindowRequest Request(uint32_t block, int64_t step = 0, const std::string& job = "job") {
  return {.job = job, .step = step, .block = block};
}

class WorkQueueTest : public ::testing::Test {
 protected:
  std::optional<WindowRequest> PopWithin(std::chrono::milliseconds limit) {
    std::optional<WindowRequest> popped;
    std::promise<void> done;
    std::jthread thread([&](std::stop_token stop) {
      popped = queue_.Pop(stop);
      done.set_value();
    });
    done.get_future().wait_for(limit);
    thread.request_stop();
    thread.join();
    return popped;
  }
  WindowRequest Pop() {
    const std::optional<WindowRequest> popped = PopWithin(std::chrono::seconds(20));
    EXPECT_TRUE(popped);
    return popped.value_or(WindowRequest{});
  }
  bool NothingToPop() { return !PopWithin(std::chrono::milliseconds(30)); }

  FakeClock clock_;
  WorkQueue queue_{clock_};
};

TEST_F(WorkQueueTest, RequestsComeOutInOrder) {
  queue_.Push(Request(2));
  queue_.Push(Request(1));
  EXPECT_EQ(Pop().block, 2u);
  EXPECT_EQ(Pop().block, 1u);
  EXPECT_TRUE(NothingToPop());
}

TEST_F(WorkQueueTest, ABlockIsNeverInTwoHands) {
  queue_.Push(Request(1, 5));
  const WindowRequest first = Pop();
  queue_.Push(Request(1, 6));
  queue_.Push(Request(2, 6));
  EXPECT_EQ(Pop().block, 2u);
  EXPECT_TRUE(NothingToPop());
  queue_.Done(first);
  EXPECT_EQ(Pop().step, 6);
}

TEST_F(WorkQueueTest, TheBlockThatTookLongestComesFirstNextTime) {
  for (const uint32_t block : {1, 2, 3}) queue_.Push(Request(block));
  const WindowRequest one = Pop(), two = Pop(), three = Pop();
  // They began together and end one after another.
  for (const WindowRequest& request : {two, three, one}) {
    clock_.Advance(std::chrono::milliseconds(1));
    queue_.Done(request);
  }
  for (const uint32_t block : {2, 1, 4}) queue_.Push(Request(block, 1));
  EXPECT_EQ(Pop().block, 4u) << "unknown, so perhaps the longest";
  EXPECT_EQ(Pop().block, 1u);
  EXPECT_EQ(Pop().block, 2u);
}

TEST_F(WorkQueueTest, BlocksOfDifferentJobsAreDifferent) {
  queue_.Push(Request(1, 0, "a"));
  queue_.Push(Request(1, 0, "b"));
  EXPECT_EQ(Pop().job, "a");
  EXPECT_EQ(Pop().job, "b");
}

TEST_F(WorkQueueTest, ANewerRequestTakesTheWaitingOnesPlace) {
  WindowRequest old = Request(1, 5);
  old.epoch = 1;
  WindowRequest renewed = Request(1, 5);
  renewed.epoch = 2;
  queue_.Push(old);
  queue_.Push(renewed);
  const WindowRequest popped = Pop();
  EXPECT_EQ(popped.epoch, 2u);
  queue_.Done(popped);
  EXPECT_TRUE(NothingToPop());
}

TEST_F(WorkQueueTest, DroppedRequestsAreForgotten) {
  for (uint32_t block = 0; block < 4; ++block) queue_.Push(Request(block));
  queue_.Push(Request(0, 0, "other"));
  const std::vector<uint32_t> dropped = {0, 2};
  queue_.DropBlocks("job", dropped);
  EXPECT_EQ(Pop().block, 1u);
  queue_.DropJob("job");
  EXPECT_EQ(Pop().job, "other");
  queue_.Push(Request(9));
  queue_.Clear();
  EXPECT_TRUE(NothingToPop());
}

TEST_F(WorkQueueTest, ClosingWaitsForWhatIsInProgress) {
  queue_.Push(Request(1));
  queue_.Push(Request(2));
  const WindowRequest inside = Pop();
  int idle = 0;
  queue_.Close({}, [&] { ++idle; });
  EXPECT_EQ(idle, 0);
  queue_.Push(Request(3));
  EXPECT_TRUE(NothingToPop());
  queue_.Done(inside);
  EXPECT_EQ(idle, 1);
  queue_.Close({}, [&] { ++idle; });
  EXPECT_EQ(idle, 1);
}

TEST_F(WorkQueueTest, WhatIsAskedLastIsDoneBeforeAClosedQueueIsIdle) {
  queue_.Push(Request(1));
  const WindowRequest inside = Pop();
  queue_.Push(Request(2));
  int idle = 0;
  queue_.Close({{.job = "job", .block = 1, .save = true}, {.job = "job", .block = 3, .save = true}},
               [&] { ++idle; });
  const WindowRequest last = Pop();
  EXPECT_EQ(last.block, 3u) << "block 1 is busy";
  EXPECT_TRUE(last.save);
  queue_.Done(last);
  queue_.Done(inside);
  EXPECT_EQ(idle, 0);
  EXPECT_EQ(Pop().block, 1u);
  queue_.Done({.job = "job", .block = 1});
  EXPECT_EQ(idle, 1);
  EXPECT_TRUE(queue_.WaitIdle());
}

TEST_F(WorkQueueTest, AClosedQueueIsIdleOnceWhatWaitsIsDropped) {
  int idle = 0;
  queue_.Close(
      {{.job = "job", .block = 1, .save = true}, {.job = "other", .block = 3, .save = true}},
      [&] { ++idle; });
  const std::vector<uint32_t> dropped = {1};
  queue_.DropBlocks("job", dropped);
  EXPECT_EQ(idle, 0);
  queue_.DropJob("other");
  EXPECT_EQ(idle, 1);
}

TEST_F(WorkQueueTest, NobodyWaitsForAnAbandonedQueue) {
  queue_.Push(Request(1));
  Pop();
  queue_.Close({}, [] {});
  queue_.Abandon();
  EXPECT_FALSE(queue_.WaitIdle());
}

TEST_F(WorkQueueTest, ClosingAnIdleQueueReportsAtOnce) {
  int idle = 0;
  queue_.Close({}, [&] { ++idle; });
  EXPECT_EQ(idle, 1);
}

}  // namespace
}  // namespace paceline
