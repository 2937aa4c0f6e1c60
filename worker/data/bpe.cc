#include "worker/data/bpe.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "worker/data/words.h"

namespace paceline {
namespace {

absl::Status Fault(size_t merge, TokenPair pair, std::string_view what) {
  return absl::DataLossError(
      fmt::format("merge {} joins tokens {} and {}: {}", merge, pair.left, pair.right, what));
}

absl::Status CheckTokens(size_t merge, TokenPair pair) {
  const int32_t own = kByteVocabulary + static_cast<int32_t>(merge);
  for (const int32_t token : {pair.left, pair.right}) {
    if (token >= kFirstByteToken && token < own) continue;
    return Fault(merge, pair, fmt::format("expected tokens {} to {}", kFirstByteToken, own - 1));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Bpe> Bpe::Of(std::vector<TokenPair> merges) {
  Bpe bpe(std::move(merges));
  std::vector<size_t> bytes(kByteVocabulary, 1);  // [token]
  for (size_t i = 0; i < bpe.merges_.size(); ++i) {
    const TokenPair pair = bpe.merges_[i];
    if (absl::Status status = CheckTokens(i, pair); !status.ok()) return status;
    bytes.push_back(bytes[pair.left] + bytes[pair.right]);
    if (bytes.back() > kMaxWordBytes) {
      return Fault(i, pair,
                   fmt::format("{} bytes; a word has at most {}", bytes.back(), kMaxWordBytes));
    }
    const int32_t own = kByteVocabulary + static_cast<int32_t>(i);
    if (!bpe.token_of_.emplace(PairKey(pair.left, pair.right), own).second) {
      return Fault(i, pair, "an earlier merge does so already");
    }
  }
  return bpe;
}

Bpe::Bpe(std::vector<TokenPair> merges) : merges_(std::move(merges)) {}

std::vector<int32_t> Bpe::EncodeWord(std::string_view word) const {
  std::vector<int32_t> tokens(word.size());
  std::transform(word.begin(), word.end(), tokens.begin(), ByteToken);
  while (true) {
    int32_t first = vocabulary();
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      const auto found = token_of_.find(PairKey(tokens[i], tokens[i + 1]));
      if (found != token_of_.end()) first = std::min(first, found->second);
    }
    if (first == vocabulary()) return tokens;
    JoinPairs(merges_[static_cast<size_t>(first - kByteVocabulary)], first, tokens);
  }
}

std::string Bpe::Decode(std::span<const int32_t> tokens) const {
  std::string bytes;
  std::vector<int32_t> open;
  for (const int32_t token : tokens) {
    open.push_back(token);
    while (!open.empty()) {
      const int32_t next = open.back();
      open.pop_back();
      if (next >= kByteVocabulary && next < vocabulary()) {
        const TokenPair pair = merges_[static_cast<size_t>(next - kByteVocabulary)];
        open.insert(open.end(), {pair.right, pair.left});
      } else if (next >= kFirstByteToken && next < kByteVocabulary) {
        bytes.push_back(static_cast<char>(next - kFirstByteToken));
      }
    }
  }
  return bytes;
}

void JoinPairs(TokenPair pair, int32_t joined, std::vector<int32_t>& tokens) {
  size_t to = 0;
  for (size_t from = 0; from < tokens.size(); ++from) {
    const bool joins =
        from + 1 < tokens.size() && tokens[from] == pair.left && tokens[from + 1] == pair.right;
    tokens[to++] = joins ? joined : tokens[from];
    if (joins) ++from;
  }
  tokens.resize(to);
}

}  // namespace paceline
