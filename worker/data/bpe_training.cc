#include "worker/data/bpe_training.h"

#include <algorithm>
#include <cstdint>
#include <queue>
#include <unordered_map>

#include "worker/data/words.h"

namespace paceline {
namespace {

struct Word {
  std::vector<int32_t> tokens;
  int64_t count = 0;  // in the texts
};

struct PairUse {
  int64_t count = 0;
  std::vector<uint32_t> words;  // all that the pair is in, and some that it was in
};

// A pair and its count when it was put here, which joins since may have lowered.
struct Candidate {
  int64_t count;
  uint64_t key;

  // The better one is the larger one.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : key > other.key;
  }
};

std::vector<Word> WordsOf(std::span<const std::string_view> texts) {
  std::unordered_map<std::string_view, int64_t> counts;
  for (std::string_view text : texts) {
    while (!text.empty()) {
      const size_t bytes = FirstWordBytes(text);
      ++counts[text.substr(0, bytes)];
      text.remove_prefix(bytes);
    }
  }
  std::vector<Word> words;
  words.reserve(counts.size());
  for (const auto& [bytes, count] : counts) {
    Word& word = words.emplace_back();
    word.count = count;
    for (const char byte : bytes) word.tokens.push_back(ByteToken(byte));
  }
  return words;
}

class Trainer {
 public:
  explicit Trainer(std::vector<Word> words) : words_(std::move(words)) {
    for (uint32_t word = 0; word < words_.size(); ++word) Count(word, /*sign=*/1, 0);
    for (const auto& [key, use] : uses_) best_.push({use.count, key});
  }

  std::vector<TokenPair> Train(size_t count) {
    std::vector<TokenPair> merges;
    while (merges.size() < count && FindBest()) {
      const uint64_t key = best_.top().key;
      best_.pop();
      merges.push_back({static_cast<int32_t>(key >> 32), static_cast<int32_t>(key)});
      Join(merges.back(), kByteVocabulary + static_cast<int32_t>(merges.size()) - 1);
    }
    return merges;
  }

 private:
  // Brings the best pair to the top; false if there is none. Only pairs with a new token gain, so
  // that one whose count is still the same when it is on top is the best.
  bool FindBest() {
    while (!best_.empty()) {
      const Candidate top = best_.top();
      const int64_t count = uses_.at(top.key).count;
      if (count == top.count) return true;
      best_.pop();
      if (count > 0) best_.push({count, top.key});
    }
    return false;
  }

  // Adds the word's pairs, or takes them away; new ones are those with tokens from `first_new` on,
  // or all.
  void Count(uint32_t number, int sign, int32_t first_new) {
    const Word& word = words_[number];
    for (size_t i = 0; i + 1 < word.tokens.size(); ++i) {
      PairUse& use = uses_[PairKey(word.tokens[i], word.tokens[i + 1])];
      use.count += sign * word.count;
      const bool is_new = std::max(word.tokens[i], word.tokens[i + 1]) >= first_new;
      const bool listed = !use.words.empty() && use.words.back() == number;
      if (sign > 0 && is_new && !listed) use.words.push_back(number);
    }
  }

  void Join(TokenPair pair, int32_t joined) {
    std::vector<uint64_t> made;
    const std::vector<uint32_t> numbers = std::move(uses_.at(PairKey(pair.left, pair.right)).words);
    for (const uint32_t number : numbers) {
      std::vector<int32_t>& tokens = words_[number].tokens;
      Count(number, /*sign=*/-1, joined);
      JoinPairs(pair, joined, tokens);
      Count(number, /*sign=*/1, joined);
      for (size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (tokens[i] != joined && tokens[i + 1] != joined) continue;
        made.push_back(PairKey(tokens[i], tokens[i + 1]));
      }
    }
    std::sort(made.begin(), made.end());
    made.erase(std::unique(made.begin(), made.end()), made.end());
    for (const uint64_t key : made) best_.push({uses_.at(key).count, key});
  }

  std::vector<Word> words_;
  std::unordered_map<uint64_t, PairUse> uses_;  // by PairKey
  std::priority_queue<Candidate> best_;         // each pair of uses_ that is in a word, once
};

}  // namespace

std::vector<TokenPair> TrainBpe(std::span<const std::string_view> texts, size_t count) {
  return Trainer(WordsOf(texts)).Train(count);
}

}  // namespace paceline
