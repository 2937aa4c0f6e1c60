#include <algorithm>

#include "common/http/http_text.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"

namespace paceline::fuzz {
namespace {

bool IsClean(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void Target(std::string_view target) {
  HttpRequest request;
  const absl::Status status = ParseTarget(target, request);
  if (!status.ok()) {
    PACELINE_REQUIRE(absl::IsInvalidArgument(status) && !status.message().empty());
    return;
  }
  PACELINE_REQUIRE(!request.segments.empty() && request.segments.size() <= kMostSegments);
  PACELINE_REQUIRE(request.query.size() <= kMostParameters);
  std::string again;
  for (const std::string& segment : request.segments) {
    PACELINE_REQUIRE(IsClean(segment));
    again += "/" + PercentEncode(segment);
  }
  again += "?";
  for (const auto& [name, value] : request.query) {
    PACELINE_REQUIRE(IsClean(name) && IsClean(value));
    again += PercentEncode(name) + "=" + PercentEncode(value) + "&";
  }
  if (again.size() > kMostTargetBytes) return;
  HttpRequest twin;
  // A parameter without a name and a value leaves nothing to be read again.
  const bool same = ParseTarget(again, twin).ok() && twin.segments == request.segments &&
                    twin.query == request.query;
  PACELINE_REQUIRE(same);
}

void Headers(std::string_view text) {
  const std::string_view cookie = CookieOf(text, "paceline_session");
  PACELINE_REQUIRE(cookie.find(';') == cookie.npos &&
                   cookie.size() < std::max<size_t>(text.size(), 1));
  PACELINE_REQUIRE(BearerOf(text).size() <= text.size());
  (void)TakesGzip(text);
  const Address listen{.host = "own.example", .port = 7780};
  if (!IsOwnHost(text, listen, {})) return;
  const std::string name = HostName(text);
  const bool is_address = name.find_first_not_of("0123456789abcdef.:") == name.npos;
  PACELINE_REQUIRE(is_address || name == "localhost" || name == "own.example");
}

}  // namespace

void Http(std::string_view input) {
  const size_t line = std::min(input.find('\n'), input.size());
  Target(input.substr(0, line));
  Headers(input.substr(std::min(line + 1, input.size())));
}

}  // namespace paceline::fuzz
