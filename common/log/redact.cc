#include "common/log/redact.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace paceline {
namespace {

constexpr std::string_view kToken = "pl_", kBearer = "bearer ";
// Shorter ones are words of another kind.
constexpr size_t kShortestToken = 16;

bool IsOfToken(char c) {
  return absl::ascii_isalnum(c) || std::string_view("_-.~+/=").find(c) != std::string_view::npos;
}

// `word` is in small letters, the text in any.
bool BeginsWith(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(),
                    [](char small, char any) { return small == absl::ascii_tolower(any); });
}

bool BeginsWord(std::string_view text, size_t at) {
  return at == 0 || !(absl::ascii_isalnum(text[at - 1]) || text[at - 1] == '_');
}

// How many characters from there on are a secret, beginning with `shown` that are none.
struct Secret {
  size_t shown = 0, hidden = 0;
};

Secret SecretAt(std::string_view text, size_t at) {
  if (!BeginsWord(text, at)) return {};
  const std::string_view rest = text.substr(at);
  const bool bearer = BeginsWith(rest, kBearer);
  if (!bearer && !rest.starts_with(kToken)) return {};
  const size_t shown = bearer ? kBearer.size() : kToken.size();
  const auto end = std::ranges::find_if_not(rest.substr(shown), IsOfToken);
  const auto hidden = static_cast<size_t>(end - rest.begin()) - shown;
  return bearer || hidden >= kShortestToken ? Secret{shown, hidden} : Secret{};
}

}  // namespace

std::string Redacted(std::string_view text) {
  std::string redacted;
  redacted.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Secret secret = SecretAt(text, i);
    if (secret.hidden == 0) {
      redacted += text[i++];
      continue;
    }
    redacted.append(text.substr(i, secret.shown)).append("REDACTED");
    i += secret.shown + secret.hidden;
  }
  return redacted;
}

}  // namespace paceline
