#include "common/rpc/first_bytes.h"

#include <string_view>
#include <utility>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(FirstBytes, TellWhoSpeaks) {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, Speaker> cases[] = {
      {"PRI * HTTP/2.0\r\n", Speaker::kGrpc},
      {"PRI", Speaker::kGrpc},
      {"P", Speaker::kGrpc},
      {"\x16\x03\x01", Speaker::kTls},
      {"\x16\x03\x03\x02\x00", Speaker::kTls},
      {"\x16", Speaker::kTls},
      {"GET / HTTP/1.1\r\n", Speaker::kHttp},
      {"POST /x", Speaker::kHttp},
      {"PUT", Speaker::kHttp},
      {"OPT", Speaker::kHttp},
      {"SSH-2.0-OpenSSH_9.2", Speaker::kOther},
      {"\x16\x02\x01", Speaker::kOther},
      {"\0\0\0\0"sv, Speaker::kOther},
      {"get / http/1.1", Speaker::kOther},
      {"hello", Speaker::kOther},
  };
  for (const auto& [bytes, speaker] : cases) {
    EXPECT_EQ(SpeakerOf(bytes), speaker) << bytes;
  }
}

}  // namespace
}  // namespace paceline
