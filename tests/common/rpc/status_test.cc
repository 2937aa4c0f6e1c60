#include "common/rpc/status.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(StatusTest, EveryCodeAndItsMessageSurviveTheJourney) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "what and where");
    EXPECT_EQ(FromGrpc(ToGrpc(status)), status);
  }
  EXPECT_TRUE(FromGrpc(ToGrpc(absl::OkStatus())).ok());
}

TEST(StatusTest, ACodeThatAbslLacksIsUnknown) {
  EXPECT_TRUE(absl::IsUnknown(FromGrpc({static_cast<grpc::StatusCode>(77), "odd"})));
}

TEST(StatusTest, AMessageIsMadeFitForTheWire) {
  const grpc::Status status =
      ToGrpc(absl::InvalidArgumentError("a\x01\nb" + std::string(10000, 'x')));
  EXPECT_LE(status.error_message().size(), 4096u);
  EXPECT_EQ(status.error_message().substr(0, 4), "a \nb");
}

TEST(StatusTest, ACallThatWasNotAnsweredNamesTheCoordinator) {
  const absl::Status late = FromCall({grpc::StatusCode::DEADLINE_EXCEEDED, "x"}, "host:1");
  EXPECT_THAT(std::string(late.message()), ::testing::HasSubstr("host:1 did not answer"));
  const absl::Status other = FromCall({grpc::StatusCode::NOT_FOUND, "no job 'x'"}, "host:1");
  EXPECT_EQ(other, absl::NotFoundError("no job 'x'"));
}

}  // namespace
}  // namespace paceline
