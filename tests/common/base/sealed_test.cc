#include "common/base/sealed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace paceline {
namespace {

using testing::HasSubstr;

TEST(Sealed, TheContentComesBack) {
  for (const std::string& content : {std::string(), std::string("a\0b", 3)}) {
    const std::string sealed = Seal("somthng1", content);
    EXPECT_EQ(Unseal("somthng1", sealed).value(), content);
  }
}

TEST(Sealed, AnyChangeIsNoticed) {
  const std::string sealed = Seal("somthng1", "content");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string damaged = sealed;
    damaged[i] ^= 4;
    EXPECT_EQ(Unseal("somthng1", damaged).status().code(), absl::StatusCode::kDataLoss) << i;
    EXPECT_EQ(Unseal("somthng1", sealed.substr(0, i)).status().code(), absl::StatusCode::kDataLoss)
        << i;
  }
}

TEST(Sealed, AnotherKindOfStateIsNamed) {
  const auto content = Unseal("somthng2", Seal("somthng1", "content"));
  EXPECT_THAT(std::string(content.status().message()), HasSubstr("they are of somthng1"));
}

TEST(Sealed, NumbersAreTakenOffTheFrontUntilTheyRunOut) {
  std::string bytes;
  AppendNumber(bytes, int64_t{-5});
  AppendNumber(bytes, 0.5f);
  std::string_view rest = bytes;
  int64_t whole = 0;
  float half = 0;
  EXPECT_TRUE(TakeNumber(rest, whole));
  EXPECT_TRUE(TakeNumber(rest, half));
  EXPECT_EQ(whole, -5);
  EXPECT_EQ(half, 0.5f);
  EXPECT_FALSE(TakeNumber(rest, half));
}

}  // namespace
}  // namespace paceline
