#include "coordinator/service/wire.h"

#include <google/protobuf/util/message_differencer.h>

#include <vector>

#include "gtest/gtest.h"

namespace paceline {
namespace {

using google::protobuf::util::MessageDifferencer;

// No field may be added that is not sent.
template <typename Message>
void FillEveryField(Message& message, size_t bytes) {
  const auto& fields = *Message::descriptor();
  const auto& set = *message.GetReflection();
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto* field = fields.field(i);
    if (field->type() == field->TYPE_BYTES) {
      set.SetString(&message, field, std::string(bytes, 'v'));
    } else if (field->type() == field->TYPE_STRING) {
      set.SetString(&message, field, "name");
    } else if (field->type() == field->TYPE_INT64) {
      set.SetInt64(&message, field, -7);
    } else {
      set.SetUInt64(&message, field, 0xfedcba9876543210);
    }
  }
}

class WireTest : public ::testing::TestWithParam<size_t> {
 protected:
  static void ExpectSame(const SharedMessage& message) {
    v1::CoordinatorMessage read;
    ASSERT_TRUE(FromWire(WireOf(message), read));
    EXPECT_TRUE(MessageDifferencer::Equals(read, *message));
  }
};

TEST_P(WireTest, ThetaIsReadAsItWasWritten) {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  FillEveryField(*message->mutable_theta(), GetParam());
  ExpectSame(message);
  v1::Theta read;
  ASSERT_TRUE(FromWire(WireOf(message->theta(), message), read));
  EXPECT_TRUE(MessageDifferencer::Equals(read, message->theta()));
}

TEST_P(WireTest, ThetaOfAnEvaluationIsReadAsItWasWritten) {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  FillEveryField(*message->mutable_evaluation_theta(), GetParam());
  ExpectSame(message);
}

INSTANTIATE_TEST_SUITE_P(Sizes, WireTest, ::testing::Values(0, 1, 1000, 16 << 10, 300'000));

TEST(SharedBytesTest, LiveAsLongAsAnybodyNeedsThemAndAreNotCopied) {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_theta()->set_values(std::string(1 << 20, 'v'));
  const char* const values = message->theta().values().data();
  const std::weak_ptr<const v1::CoordinatorMessage> alive = message;
  std::vector<grpc::ByteBuffer> sent;
  for (int i = 0; i < 3; ++i) sent.push_back(WireOf(message));
  message.reset();
  for (const grpc::ByteBuffer& bytes : sent) {
    std::vector<grpc::Slice> slices;
    ASSERT_TRUE(bytes.Dump(&slices).ok());
    EXPECT_EQ(reinterpret_cast<const char*>(slices.back().begin()), values);
  }
  EXPECT_FALSE(alive.expired());
  sent.clear();
  EXPECT_TRUE(alive.expired());
}

TEST(WireReadTest, WhatIsNoMessageIsRefused) {
  const grpc::Slice junk("\xff\xff\xff");
  v1::WorkerMessage message;
  EXPECT_FALSE(FromWire(grpc::ByteBuffer(&junk, 1), message));
}

}  // namespace
}  // namespace paceline
