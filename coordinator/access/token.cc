#include "coordinator/access/token.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "common/base/digest.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr std::string_view kStart = "pl_";
constexpr size_t kIdBytes = 6, kSecretBytes = 32, kSaltBytes = 16;
constexpr size_t kIdSize = 2 * kIdBytes, kSecretSize = 43;
constexpr char kIdCharacters[] = "0123456789abcdef";
constexpr char kSecretCharacters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// A machine without random numbers is not one to hand out secrets on.
std::string RandomBytes(size_t size) {
  std::string bytes(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1) {
    std::abort();
  }
  return bytes;
}

bool Consists(std::string_view text, size_t size, const char* characters) {
  return text.size() == size && text.find_first_not_of(characters) == std::string_view::npos;
}

}  // namespace

std::string Token::ToString() const { return fmt::format("{}{}_{}", kStart, id, secret); }

Token NewToken() {
  Token token{.id = absl::BytesToHexString(RandomBytes(kIdBytes)), .secret = {}};
  absl::WebSafeBase64Escape(RandomBytes(kSecretBytes), &token.secret);
  token.secret.resize(kSecretSize);  // without padding
  return token;
}

absl::StatusOr<Token> ParseToken(std::string_view text) {
  const bool fits = text.size() == kStart.size() + kIdSize + 1 + kSecretSize &&
                    text.starts_with(kStart) && text[kStart.size() + kIdSize] == '_';
  if (fits) {
    const std::string_view id = text.substr(kStart.size(), kIdSize);
    const std::string_view secret = text.substr(kStart.size() + kIdSize + 1);
    if (Consists(id, kIdSize, kIdCharacters) && Consists(secret, kSecretSize, kSecretCharacters)) {
      return Token{.id = std::string(id), .secret = std::string(secret)};
    }
  }
  return absl::InvalidArgumentError(
      "this is no token; one is pl_, 12 hexadecimal digits, _ and 43 letters, digits, - or _");
}

std::string NewSalt() { return absl::BytesToHexString(RandomBytes(kSaltBytes)); }

std::string HashOfSecret(std::string_view salt, std::string_view secret) {
  return Sha256Hex(fmt::format("{}{}", salt, secret));
}

bool SameHash(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace paceline
