// Tokens: what people show who have no certificate. "pl_ID_SECRET": the id is public, the secret is
// 256 random bits and is kept by its holder alone; here is a salted hash of it.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace paceline {

struct Token {
  std::string id;
  std::string secret;

  // What is given to its holder.
  std::string ToString() const;
};

// Of the machine's random numbers.
Token NewToken();
// InvalidArgument, without a word of what it is, for anything that is no token.
absl::StatusOr<Token> ParseToken(std::string_view text);

std::string NewSalt();
// SHA-256 in hexadecimal digits.
std::string HashOfSecret(std::string_view salt, std::string_view secret);
// Takes as long whatever the two have in common.
bool SameHash(std::string_view one, std::string_view other);

}  // namespace paceline
