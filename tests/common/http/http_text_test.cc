#include "common/http/http_text.h"

#include <random>

#include "gmock/gmock.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

HttpRequest Parsed(std::string_view target) {
  HttpRequest request;
  const absl::Status status = ParseTarget(target, request);
  EXPECT_TRUE(status.ok()) << target << ": " << status;
  return request;
}

std::string Fault(std::string_view target) {
  HttpRequest request;
  const absl::Status status = ParseTarget(target, request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << target;
  return std::string(status.message());
}

TEST(HttpTargetTest, PathAndQueryAreDecodedPieceByPiece) {
  const HttpRequest request = Parsed("/api/v1/jobs/a%2Fb%20c/../x?q=%C3%A4%26&empty=&flag&a=b=c");
  EXPECT_EQ(request.path, "/api/v1/jobs/a%2Fb%20c/../x");
  EXPECT_THAT(request.segments, ElementsAre("api", "v1", "jobs", "a/b c", "..", "x"));
  EXPECT_THAT(request.query,
              ElementsAre(Pair("a", "b=c"), Pair("empty", ""), Pair("flag", ""), Pair("q", "ä&")));
  EXPECT_THAT(Parsed("/").segments, ElementsAre(""));
  EXPECT_THAT(Parsed("/a/").segments, ElementsAre("a", ""));
  EXPECT_THAT(Parsed("//a").segments, ElementsAre("", "a"));
}

TEST(HttpTargetTest, WhatIsNoAddressIsRefusedWithTheReason) {
  EXPECT_THAT(Fault(""), HasSubstr("does not begin with /"));
  EXPECT_THAT(Fault("*"), HasSubstr("does not begin with /"));
  EXPECT_THAT(Fault("http://elsewhere/"), HasSubstr("does not begin with /"));
  for (const char* target : {"/a%", "/a%4", "/a%4g", "/%%41", "/?x=%zz", "/?%0x=1"}) {
    EXPECT_THAT(Fault(target), HasSubstr("two hexadecimal digits")) << target;
  }
  for (const char* target : {"/a%00b", "/a%0d%0aSet-Cookie:x", "/?q=%7f", "/\x01", "/?a=%1b[0m"}) {
    EXPECT_THAT(Fault(target), HasSubstr("control character")) << target;
  }
  EXPECT_THAT(Fault("/?a=1&a=2"), HasSubstr("names a twice"));
  EXPECT_THAT(Fault("/" + std::string(kMostTargetBytes, 'a')), HasSubstr("longer than"));
  std::string deep, many = "/?";
  for (size_t i = 0; i <= kMostSegments; ++i) deep += "/a";
  for (size_t i = 0; i <= kMostParameters; ++i) many += "p" + std::to_string(i) + "=&";
  EXPECT_THAT(Fault(deep), HasSubstr("more than 16 parts"));
  EXPECT_THAT(Fault(many), HasSubstr("more than 32 parameters"));
}

TEST(HttpTargetTest, WhateverIsEncodedComesBackAsOneSegment) {
  std::mt19937 random(7);
  for (int i = 0; i < 1000; ++i) {
    std::string text(random() % 40, ' ');
    for (char& c : text) c = static_cast<char>(32 + random() % 224);
    std::erase(text, '\x7f');
    EXPECT_THAT(Parsed("/" + PercentEncode(text)).segments, ElementsAre(text));
  }
}

TEST(HttpHeadersTest, CookiesAndTokensAreFoundByTheirWholeName) {
  EXPECT_EQ(CookieOf("a=1; paceline_session=abc; b=2", "paceline_session"), "abc");
  EXPECT_EQ(CookieOf("paceline_session=", "paceline_session"), "");
  EXPECT_EQ(CookieOf("xpaceline_session=abc;paceline_session2=d", "paceline_session"), "");
  EXPECT_EQ(CookieOf(";;;=;", "a"), "");
  EXPECT_EQ(BearerOf("Bearer abc"), "abc");
  EXPECT_EQ(BearerOf("bEARER   abc "), "abc");
  for (const char* other : {"", "Bearer", "Bearer ", "Basic abc", "Bearerabc"}) {
    EXPECT_EQ(BearerOf(other), "") << other;
  }
}

TEST(HttpHeadersTest, GzipIsTakenWhereItIsNamedAndNotWeighedAsNothing) {
  for (const char* header : {"gzip", "deflate, GZIP", "br;q=1, gzip;q=0.5", "gzip ; q=1"}) {
    EXPECT_TRUE(TakesGzip(header)) << header;
  }
  for (const char* header : {"", "deflate", "gzip;q=0", "gzip; q=0.0", "xgzip"}) {
    EXPECT_FALSE(TakesGzip(header)) << header;
  }
}

TEST(HttpHeadersTest, OnlyItsOwnNamesAndAddressesAreThisServer) {
  const Address listen{.host = "Train.example", .port = 7780};
  const std::vector<std::string> names = {"board.Example"};
  for (const char* host : {"localhost", "LOCALHOST:7780", "127.0.0.1:7780", "[::1]:7780",
                           "10.1.2.3", "train.example:1", "board.example.:7780"}) {
    EXPECT_TRUE(IsOwnHost(host, listen, names)) << host;
  }
  for (const char* host : {"", ":7780", "evil.example", "localhost.evil.example", "127.0.0.1.evil",
                           "board.example.evil", "[", "[]", "localhost@evil", "1.2.3"}) {
    EXPECT_FALSE(IsOwnHost(host, listen, names)) << host;
  }
}

TEST(HttpHeadersTest, AnOriginIsOursIfItIsTheHostUnderTheSameScheme) {
  EXPECT_TRUE(IsOwnOrigin("http://localhost:7780", "localhost:7780", false));
  EXPECT_TRUE(IsOwnOrigin("https://Board.example", "board.EXAMPLE", true));
  for (const char* origin : {"null", "http://localhost", "https://localhost:7780", "",
                             "http://localhost:7780/", "http://evil.example:7780"}) {
    EXPECT_FALSE(IsOwnOrigin(origin, "localhost:7780", false)) << origin;
  }
  EXPECT_FALSE(IsOwnOrigin("http://", "", false));
}

}  // namespace
}  // namespace paceline
