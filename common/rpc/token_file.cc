#include "common/rpc/token_file.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/private_file.h"

namespace paceline {
namespace {

constexpr size_t kMaxTokenBytes = 512;

// As a header takes it.
absl::StatusOr<std::string> Checked(std::string text, const std::string& where) {
  absl::StripAsciiWhitespace(&text);
  const bool good =
      text.size() <= kMaxTokenBytes && text.starts_with("pl_") &&
      std::ranges::all_of(text, [](unsigned char c) { return absl::ascii_isgraph(c); });
  if (good) return text;
  return absl::InvalidArgumentError(
      absl::StrCat(where, ": holds no token; it should be what `paceline tokens issue` printed"));
}

}  // namespace

absl::StatusOr<std::string> ReadToken(const TlsFlags& tls) {
  if (tls.token_file.empty()) {
    const char* token = std::getenv("PACELINE_TOKEN");
    if (token == nullptr || *token == '\0') return std::string();
    return Checked(token, "$PACELINE_TOKEN");
  }
  if (absl::Status status = CheckPrivate(tls.token_file); !status.ok()) return status;
  absl::StatusOr<std::string> text = ReadFile(tls.token_file, 2 * kMaxTokenBytes);
  if (!text.ok()) return text.status();
  return Checked(*std::move(text), tls.token_file);
}

}  // namespace paceline
