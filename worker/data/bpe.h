// Tokens of a text: bytes, and pairs of tokens that became one. (R. Sennrich, B. Haddow, A. Birch,
// "Neural machine translation of rare words with subword units", 2016; on bytes: A. Radford et al.,
// "Language models are unsupervised multitask learners", 2019.)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"

namespace paceline {

// As google/learned_optimization's vocabulary of bytes.
inline constexpr int32_t kPaddingToken = 0, kEndOfDocumentToken = 1, kUnknownToken = 2;
inline constexpr int32_t kFirstByteToken = 3;
inline constexpr int32_t kByteVocabulary = 259;

struct TokenPair {
  int32_t left, right;

  auto operator<=>(const TokenPair&) const = default;
};

// Immutable, thread-safe.
class Bpe {
 public:
  // Merge i makes token kByteVocabulary + i of two tokens before it. DataLoss (without a path) if
  // that is not so, if a pair is there twice, or if a token is longer than a word can be.
  static absl::StatusOr<Bpe> Of(std::vector<TokenPair> merges);

  int32_t vocabulary() const { return kByteVocabulary + static_cast<int32_t>(merges_.size()); }
  const std::vector<TokenPair>& merges() const { return merges_; }

  // Of one word (worker/data/words.h): the first merge that joins any neighbours joins all that it
  // can from left to right, and so on.
  std::vector<int32_t> EncodeWord(std::string_view word) const;
  // Bytes of tokens that are bytes or made of them; the others have none.
  std::string Decode(std::span<const int32_t> tokens) const;

 private:
  explicit Bpe(std::vector<TokenPair> merges);

  std::vector<TokenPair> merges_;
  std::unordered_map<uint64_t, int32_t> token_of_;  // by PairKey
};

// In the order of pairs.
inline uint64_t PairKey(int32_t left, int32_t right) {
  return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
}

inline int32_t ByteToken(char byte) {
  return kFirstByteToken + static_cast<int32_t>(static_cast<unsigned char>(byte));
}

// Joins every `pair` in the tokens, from left to right, to `joined`.
void JoinPairs(TokenPair pair, int32_t joined, std::vector<int32_t>& tokens);

}  // namespace paceline
