#include "worker/agent/outbox.h"

#include "common/trace/tracer.h"
#include "gtest/gtest.h"
#include "tests/common/trace/kept_spans.h"

namespace paceline {
namespace {

constexpr std::chrono::milliseconds kSoon{1};
constexpr std::chrono::seconds kLong{60};

v1::WorkerMessage Leaving(const std::string& reason) {
  v1::WorkerMessage message;
  message.mutable_leaving()->set_reason(reason);
  return message;
}

TEST(OutboxTest, MessagesComeInOrderAndAHeartbeatWhenThereIsNone) {
  Outbox outbox;
  outbox.Open();
  outbox.Push(Leaving("a"));
  outbox.Push(Leaving("b"));
  EXPECT_EQ(outbox.Next(kLong)->leaving().reason(), "a");
  EXPECT_EQ(outbox.Next(kLong)->leaving().reason(), "b");
  EXPECT_TRUE(outbox.Next(kSoon)->has_heartbeat());
}

TEST(OutboxTest, AMessagesSpanEndsWhenItHasBeenSentOrIsDropped) {
  KeptSpans kept;
  Tracer tracer(kept);
  Outbox outbox;
  outbox.Push(Leaving("early"), tracer.Start("dropped", {}));
  EXPECT_EQ(kept.spans().size(), 1u);
  outbox.Open();
  outbox.Push(Leaving("a"), tracer.Start("sent", {}));
  outbox.Next(kLong);
  EXPECT_EQ(kept.spans().size(), 1u);
  outbox.Next(kSoon);
  EXPECT_EQ(kept.spans().size(), 2u);
}

TEST(OutboxTest, WhatIsPushedWhileClosedIsDropped) {
  Outbox outbox;
  outbox.Push(Leaving("early"));
  EXPECT_FALSE(outbox.Next(kLong));
  outbox.Open();
  outbox.Push(Leaving("lost"));
  outbox.Close();
  EXPECT_FALSE(outbox.Next(kLong));
  outbox.Open();
  EXPECT_TRUE(outbox.Next(kSoon)->has_heartbeat());
}

TEST(OutboxTest, NothingFollowsTheLastMessage) {
  Outbox outbox;
  outbox.Open();
  outbox.Push(Leaving("a"));
  outbox.PushLast(Leaving("last"));
  outbox.Push(Leaving("late"));
  outbox.PushLast(Leaving("later"));
  EXPECT_EQ(outbox.Next(kLong)->leaving().reason(), "a");
  EXPECT_EQ(outbox.Next(kLong)->leaving().reason(), "last");
  EXPECT_FALSE(outbox.Next(kLong));
}

}  // namespace
}  // namespace paceline
