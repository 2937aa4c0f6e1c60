#include "common/task/synthetic_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "common/noise/streams.h"

namespace paceline {
namespace {

constexpr size_t kMostBranches = 64;
constexpr size_t kSum = 4;  // tokens of "a b = c"

// Uniform in [0, bound).
uint32_t Below(uint32_t word, uint32_t bound) {
  return static_cast<uint32_t>((uint64_t{word} * bound) >> 32);
}

// ---- n-grams ----

// Number `index` of the episode's rule, in [0, bound).
uint32_t RuleNumber(Stream rule, uint64_t index, uint32_t bound) {
  rule.step = static_cast<uint32_t>(index >> 32);
  return static_cast<uint32_t>(UniformAt(rule, index & 0xffffffffu) * bound);
}

// Successor number `branch` of a context: the numbers [0, symbols) without those of the branches
// before it.
uint32_t SuccessorOf(const v1::NgramStream& text, const Stream& rule, uint64_t context,
                     uint32_t branch) {
  std::array<uint32_t, kMostBranches> taken;  // in order
  for (uint32_t i = 0;; ++i) {
    uint32_t symbol = RuleNumber(rule, context * text.branches() + i, text.symbols() - i);
    uint32_t place = 0;
    for (; place < i && taken[place] <= symbol; ++place) ++symbol;
    if (i == branch) return symbol;
    std::copy_backward(taken.begin() + place, taken.begin() + i, taken.begin() + i + 1);
    taken[place] = symbol;
  }
}

// Branch i with weight 1/(i + 1).
uint32_t BranchOf(const v1::NgramStream& text, uint32_t word) {
  double total = 0;
  for (uint32_t i = 0; i < text.branches(); ++i) total += 1.0 / (i + 1);
  double left = word * 0x1p-32 * total;
  uint32_t branch = 0;
  for (; branch + 1 < text.branches() && left >= 1.0 / (branch + 1); ++branch) {
    left -= 1.0 / (branch + 1);
  }
  return branch;
}

uint64_t WordsOf(const v1::NgramStream&, size_t tokens) { return tokens; }

// One sequence. The first `order` symbols are any.
void Write(const v1::NgramStream& text, const Stream& rule, std::span<const uint32_t> words,
           std::span<float> out) {
  uint64_t contexts = 1;
  for (uint32_t i = 0; i < text.order(); ++i) contexts *= text.symbols();
  uint64_t context = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const uint32_t symbol = i < text.order()
                                ? Below(words[i], text.symbols())
                                : SuccessorOf(text, rule, context, BranchOf(text, words[i]));
    context = (context * text.symbols() + symbol) % contexts;
    out[i] = static_cast<float>(1 + symbol);
  }
}

bool Counts(const v1::NgramStream&, size_t) { return true; }

// ---- associative recall ----

uint64_t WordsOf(const v1::AssociativeRecall& text, size_t tokens) {
  const uint64_t shown = 2 * uint64_t{text.pairs()};
  return shown + (tokens - std::min<uint64_t>(tokens, shown) + 1) / 2;
}

// Words: keys and values of the pairs in turn, then a pair of each question.
void Write(const v1::AssociativeRecall& text, const Stream&, std::span<const uint32_t> words,
           std::span<float> out) {
  std::vector<uint32_t> keys(text.keys());
  std::iota(keys.begin(), keys.end(), 0);
  std::vector<uint32_t> values(text.pairs());
  for (uint32_t i = 0; i < text.pairs(); ++i) {
    std::swap(keys[i], keys[i + Below(words[2 * i], text.keys() - i)]);
    values[i] = Below(words[2 * i + 1], text.values());
  }
  for (size_t i = 0; i < out.size(); ++i) {
    const size_t number = i / 2;
    const size_t pair =
        number < text.pairs() ? number : Below(words[text.pairs() + number], text.pairs());
    out[i] = static_cast<float>(i % 2 == 0 ? 1 + keys[pair] : 1 + text.keys() + values[pair]);
  }
}

bool Counts(const v1::AssociativeRecall& text, size_t token) {
  return token >= 2 * size_t{text.pairs()} && token % 2 == 1;
}

// ---- modular addition ----

uint64_t WordsOf(const v1::ModularAddition&, size_t tokens) {
  return 2 * ((tokens + kSum - 1) / kSum);
}

void Write(const v1::ModularAddition& text, const Stream&, std::span<const uint32_t> words,
           std::span<float> out) {
  const uint32_t modulus = text.modulus();
  for (size_t i = 0; i < out.size(); ++i) {
    const size_t sum = i / kSum;
    const uint32_t a = Below(words[2 * sum], modulus), b = Below(words[2 * sum + 1], modulus);
    const uint32_t numbers[kSum] = {a, b, /*the sign*/ modulus, (a + b) % modulus};
    out[i] = static_cast<float>(1 + numbers[i % kSum]);
  }
}

bool Counts(const v1::ModularAddition&, size_t token) { return token % kSum == kSum - 1; }

// ---- all kinds ----

// body(the kind's message); `none` without a kind.
template <class Result, class Body>
Result OfKind(const v1::SyntheticText& text, Result none, const Body& body) {
  switch (text.kind_case()) {
    case v1::SyntheticText::kNgram:
      return body(text.ngram());
    case v1::SyntheticText::kAssociativeRecall:
      return body(text.associative_recall());
    case v1::SyntheticText::kModularAddition:
      return body(text.modular_addition());
    case v1::SyntheticText::KIND_NOT_SET:
      break;
  }
  return none;
}

template <class Kind>
DrawMaker MakerOf(const Kind& kind, size_t count) {
  return [kind, count](const DrawPlace& place, std::span<float> out) {
    Stream rule = place.stream;
    rule.purpose = Purpose::kTextRule;
    std::vector<uint32_t> words(WordsOf(kind, count));
    uint64_t first = place.first;
    for (size_t at = 0; at < out.size(); at += count, first += words.size()) {
      FillWords(place.stream, first, words);
      Write(kind, rule, words, out.subspan(at, count));
    }
  };
}

TaskFault NgramFault(const v1::NgramStream& text) {
  if (text.branches() <= text.symbols()) return {};
  return {"text.synthetic.ngram.branches",
          fmt::format("is {}, more than symbols, which is {}; write at most {}", text.branches(),
                      text.symbols(), text.symbols())};
}

TaskFault RecallFault(const v1::AssociativeRecall& text, int64_t length) {
  if (text.pairs() > text.keys()) {
    return {"text.synthetic.associative_recall.pairs",
            fmt::format("is {}, more than keys, which is {}; write at most {}", text.pairs(),
                        text.keys(), text.keys())};
  }
  const int64_t most = (length + 1) / 4;
  if (int64_t{text.pairs()} <= most) return {};
  if (most == 0) {
    return {"length", fmt::format("is {}, which has no room for a pair and a question; write at "
                                  "least {}",
                                  length, 4 * int64_t{text.pairs()} - 1)};
  }
  return {"text.synthetic.associative_recall.pairs",
          fmt::format("is {0}, and length is {1}, which has no room for as many questions; write "
                      "at most {2}, or a length of at least {3}",
                      text.pairs(), length, most, 4 * int64_t{text.pairs()} - 1)};
}

}  // namespace

int64_t SyntheticVocabulary(const v1::SyntheticText& text) {
  switch (text.kind_case()) {
    case v1::SyntheticText::kNgram:
      return 1 + int64_t{text.ngram().symbols()};
    case v1::SyntheticText::kAssociativeRecall:
      return 1 + int64_t{text.associative_recall().keys()} + text.associative_recall().values();
    case v1::SyntheticText::kModularAddition:
      return 2 + int64_t{text.modular_addition().modulus()};
    case v1::SyntheticText::KIND_NOT_SET:
      break;
  }
  return 0;
}

std::string SyntheticWords(const v1::SyntheticText& text) {
  switch (text.kind_case()) {
    case v1::SyntheticText::kNgram:
      return fmt::format("ngrams of {} symbols, order {}, branches {}", text.ngram().symbols(),
                         text.ngram().order(), text.ngram().branches());
    case v1::SyntheticText::kAssociativeRecall:
      return fmt::format("recall of {} of {} keys, {} values", text.associative_recall().pairs(),
                         text.associative_recall().keys(), text.associative_recall().values());
    case v1::SyntheticText::kModularAddition:
      return fmt::format("addition modulo {}", text.modular_addition().modulus());
    case v1::SyntheticText::KIND_NOT_SET:
      break;
  }
  return "synthetic text";
}

int64_t ShortestLength(const v1::SyntheticText& text) {
  if (text.has_modular_addition()) return kSum - 1;
  return text.has_associative_recall() ? 4 * int64_t{text.associative_recall().pairs()} - 1 : 1;
}

TaskFault SyntheticFault(const v1::SyntheticText& text, int64_t length) {
  switch (text.kind_case()) {
    case v1::SyntheticText::kNgram:
      return NgramFault(text.ngram());
    case v1::SyntheticText::kAssociativeRecall:
      return RecallFault(text.associative_recall(), length);
    case v1::SyntheticText::kModularAddition:
      if (length >= ShortestLength(text)) return {};
      return {"length", fmt::format("is {}, which has no room for a sum; write at least {}", length,
                                    ShortestLength(text))};
    case v1::SyntheticText::KIND_NOT_SET:
      break;
  }
  return {};
}

Value SyntheticTokens(NetworkBuilder& net, const v1::SyntheticText& text, int64_t count) {
  const auto tokens = static_cast<size_t>(count);
  const auto words =
      OfKind(text, uint64_t{0}, [&](const auto& kind) { return WordsOf(kind, tokens); });
  const auto make =
      OfKind(text, DrawMaker(), [&](const auto& kind) { return MakerOf(kind, tokens); });
  const Value numbers =
      net.Made({net.batch(), count}, static_cast<uint64_t>(net.batch()) * words, make);
  return net.Tokens(numbers, SyntheticVocabulary(text));
}

std::vector<double> SyntheticCounts(const v1::SyntheticText& text, int64_t length) {
  std::vector<double> counts;
  for (size_t token = 1; token <= static_cast<size_t>(length); ++token) {
    const bool counted = OfKind(text, false, [&](const auto& kind) { return Counts(kind, token); });
    counts.push_back(counted ? 1 : 0);
  }
  return counts;
}

}  // namespace paceline
