#include "coordinator/service/send_queue.h"

#include <string>

#include "gtest/gtest.h"

namespace paceline {
namespace {

SharedMessage Theta(const std::string& job, int64_t step) {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_theta()->set_job(job);
  message->mutable_theta()->set_step(step);
  return message;
}

SharedMessage Windows(int64_t step) {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_run()->set_step(step);
  return message;
}

std::string Drain(SendQueue& queue) {
  std::string text;
  while (!queue.empty()) {
    const SharedMessage message = queue.Pop();
    text += message->has_theta() ? message->theta().job() + std::to_string(message->theta().step())
                                 : "run" + std::to_string(message->run().step());
    text += " ";
  }
  return text;
}

TEST(SendQueueTest, KeepsTheOrder) {
  SendQueue queue;
  queue.Push(Theta("a", 1));
  queue.Push(Windows(1));
  EXPECT_EQ(Drain(queue), "a1 run1 ");
}

TEST(SendQueueTest, HoldsTheNewestThetaOfAJobAlone) {
  SendQueue queue;
  for (int64_t step = 1; step <= 3; ++step) {
    queue.Push(Theta("a", step));
    queue.Push(Windows(step));
  }
  queue.Push(Theta("b", 1));
  EXPECT_EQ(Drain(queue), "run1 run2 a3 run3 b1 ");
}

TEST(SendQueueTest, LetsGoOfAThetaThatIsLeftOut) {
  SendQueue queue;
  SharedMessage first = Theta("a", 1);
  const std::weak_ptr<const v1::CoordinatorMessage> alive = first;
  queue.Push(std::move(first));
  EXPECT_FALSE(alive.expired());
  queue.Push(Theta("a", 2));
  EXPECT_TRUE(alive.expired());
}

}  // namespace
}  // namespace paceline
