// Synthetic texts have the rules that their kinds say, only what follows from those counts, and
// language models learn them.
#include "common/task/synthetic_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "tests/worker/task/network/made_task.h"
#include "worker/network/torch/evaluate.h"

namespace paceline {
namespace {

constexpr RunSeed kSeed = {.key = 7, .particle = 3, .episode = 5};

std::string Rnn(const std::string& synthetic, int batch, int length, int hidden = 4) {
  return "rnn_lm { text { vocabulary: 259 synthetic { " + synthetic +
         " } } cell: RNN_CELL_GRU embedding: " + std::to_string(hidden) +
         " hidden: " + std::to_string(hidden) + " batch: " + std::to_string(batch) +
         " length: " + std::to_string(length) +
         " init: INITIALIZER_STANDARD init_scale: 1 meta_loss: META_LOSS_FIXED }";
}

std::string Transformer(const std::string& synthetic, int batch, int length) {
  return "transformer_lm { text { vocabulary: 259 synthetic { " + synthetic +
         " } } width: 16 heads: 2 key_size: 8 layers: 1 batch: " + std::to_string(batch) +
         " length: " + std::to_string(length) + " meta_loss: META_LOSS_FIXED }";
}

// The sequences of a batch, each with the token behind its last position.
std::vector<std::vector<int>> SequencesOf(const NetworkInputs& inputs, size_t batch) {
  std::vector<std::vector<int>> sequences;
  const size_t count = inputs.draws.size() / batch;
  for (size_t i = 0; i < batch; ++i) {
    const auto begin = inputs.draws.begin() + static_cast<std::ptrdiff_t>(i * count);
    sequences.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(count));
  }
  return sequences;
}

std::vector<std::vector<int>> Sequences(const Task& task, int64_t step,
                                        const RunSeed& seed = kSeed) {
  const NetworkTask& own = *task.network_task();
  return SequencesOf(own.Inputs(seed, step), static_cast<size_t>(own.network().batch));
}

// [context][next]
using Table = std::map<std::vector<int>, std::map<int, int>>;

void Count(const std::vector<std::vector<int>>& sequences, size_t order, Table& table) {
  for (const std::vector<int>& sequence : sequences) {
    for (size_t i = order; i < sequence.size(); ++i) {
      const auto at = sequence.begin() + static_cast<std::ptrdiff_t>(i);
      ++table[std::vector<int>(at - static_cast<std::ptrdiff_t>(order), at)][*at];
    }
  }
}

TEST(Ngrams, ASuccessorIsAsFrequentAsItsWeight) {
  constexpr int kSymbols = 5, kBranches = 3;
  for (const size_t order : {1u, 2u}) {
    SCOPED_TRACE(order);
    const auto task = testing::MakeMadeTask(
        Rnn("ngram { symbols: 5 order: " + std::to_string(order) + " branches: 3 }", 64, 40));
    Table table;
    for (int step = 0; step < 12; ++step) Count(Sequences(*task, step), order, table);
    int tested = 0;
    for (const auto& [context, next] : table) {
      std::vector<double> counts;
      for (const auto& [token, count] : next) {
        EXPECT_GE(token, 1);
        EXPECT_LE(token, kSymbols);
        counts.push_back(count);
      }
      EXPECT_LE(counts.size(), static_cast<size_t>(kBranches));
      const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
      if (all < 400) continue;
      ++tested;
      std::ranges::sort(counts, std::greater());
      ASSERT_EQ(counts.size(), static_cast<size_t>(kBranches)) << "successors are different ones";
      for (int i = 0; i < kBranches; ++i) {
        const double wanted = 1.0 / (i + 1) / (1 + 0.5 + 1.0 / 3);
        EXPECT_NEAR(counts[static_cast<size_t>(i)] / all, wanted,
                    4.5 * std::sqrt(wanted * (1 - wanted) / all));
      }
    }
    EXPECT_GE(tested, 4);
  }
}

TEST(Ngrams, ARuleIsThatOfItsEpisodeInEveryBatch) {
  const auto task = testing::MakeMadeTask(Rnn("ngram { symbols: 9 order: 1 branches: 2 }", 32, 40));
  const NetworkTask& own = *task->network_task();
  Table trained, held_out, other;
  for (int step = 0; step < 4; ++step) {
    Count(Sequences(*task, step), 1, trained);
    Count(Sequences(*task, step, {.key = 7, .particle = 3, .episode = 6}), 1, other);
    for (const Purpose purpose : {Purpose::kHeldOutBatch, Purpose::kFinalBatch}) {
      const FreshBatch batch = {.split = Split::kTest, .purpose = purpose, .number = step};
      Count(SequencesOf(own.Inputs(kSeed, batch), 32), 1, held_out);
    }
  }
  const auto successors = [](const Table& table) {
    std::map<int, std::set<int>> all;
    for (const auto& [context, next] : table) {
      for (const auto& [token, count] : next) all[context[0]].insert(token);
    }
    return all;
  };
  EXPECT_EQ(successors(held_out), successors(trained));
  EXPECT_NE(successors(other), successors(trained));
  EXPECT_NE(Sequences(*task, 0), Sequences(*task, 1));
}

// As many contexts as there can be: none is a table's.
TEST(Ngrams, OfTheLargestOrderAreDrawnToo) {
  const auto task =
      testing::MakeMadeTask(Rnn("ngram { symbols: 4096 order: 4 branches: 64 }", 2, 30));
  std::set<int> seen;
  for (const std::vector<int>& sequence : Sequences(*task, 0)) {
    for (const int token : sequence) {
      EXPECT_GE(token, 1);
      EXPECT_LE(token, 4096);
      seen.insert(token);
    }
  }
  EXPECT_GT(seen.size(), 50u);
}

TEST(AssociativeRecall, AQuestionsAnswerIsTheValueThatWasShown) {
  constexpr int kKeys = 7, kValues = 5, kPairs = 3;
  const auto task =
      testing::MakeMadeTask(Rnn("associative_recall { keys: 7 values: 5 pairs: 3 }", 64, 14));
  std::vector<double> asked(kPairs), shown(kKeys + 1);
  double questions = 0;
  for (int step = 0; step < 8; ++step) {
    for (const std::vector<int>& sequence : Sequences(*task, step)) {
      std::map<int, int> values, places;
      for (size_t i = 0; i + 1 < sequence.size(); i += 2) {
        const int key = sequence[i], value = sequence[i + 1];
        EXPECT_TRUE(key >= 1 && key <= kKeys) << key;
        EXPECT_TRUE(value > kKeys && value <= kKeys + kValues) << value;
        if (i < 2 * kPairs) {
          EXPECT_TRUE(values.emplace(key, value).second) << "a key twice";
          places.emplace(key, static_cast<int>(i / 2));
          ++shown[static_cast<size_t>(key)];
        } else {
          ASSERT_TRUE(values.contains(key));
          EXPECT_EQ(values[key], value);
          ++asked[static_cast<size_t>(places[key])];
          ++questions;
        }
      }
      EXPECT_TRUE(values.contains(sequence.back())) << "the last question, without its answer";
    }
  }
  for (const double count : asked) {
    EXPECT_NEAR(count / questions, 1.0 / kPairs, 4 * std::sqrt(2.0 / 9 / questions));
  }
  const double pairs = 8 * 64 * kPairs;
  for (int key = 1; key <= kKeys; ++key) {
    EXPECT_NEAR(shown[static_cast<size_t>(key)] / pairs, 1.0 / kKeys,
                4 * std::sqrt(6.0 / 49 / pairs));
  }
}

TEST(ModularAddition, EverySumIsRight) {
  constexpr int kModulus = 6, kSign = 1 + kModulus;
  const auto task = testing::MakeMadeTask(Rnn("modular_addition { modulus: 6 }", 16, 12));
  std::set<std::pair<int, int>> pairs;
  for (int step = 0; step < 8; ++step) {
    for (const std::vector<int>& sequence : Sequences(*task, step)) {
      ASSERT_EQ(sequence.size(), 13u);
      for (size_t i = 0; i + 3 < sequence.size(); i += 4) {
        const int a = sequence[i] - 1, b = sequence[i + 1] - 1, c = sequence[i + 3] - 1;
        EXPECT_TRUE(a >= 0 && a < kModulus && b >= 0 && b < kModulus) << a << " " << b;
        EXPECT_EQ(sequence[i + 2], kSign);
        EXPECT_EQ(c, (a + b) % kModulus);
        pairs.emplace(a, b);
      }
    }
  }
  EXPECT_EQ(pairs.size(), 36u) << "all there are";
}

struct Kind {
  const char* text;
  int64_t vocabulary;
  std::vector<double> counts;  // of 9 positions
};

const Kind kKinds[] = {
    {"ngram { symbols: 4 order: 1 branches: 2 }", 5, {1, 1, 1, 1, 1, 1, 1, 1, 1}},
    {"associative_recall { keys: 3 values: 4 pairs: 2 }", 8, {0, 0, 0, 0, 1, 0, 1, 0, 1}},
    {"modular_addition { modulus: 5 }", 7, {0, 0, 1, 0, 0, 0, 1, 0, 0}},
};

// With all parameters 0 each token has probability 1/vocabulary, and the slope of its output bias
// is that less its part of the tokens that count.
TEST(SyntheticText, OnlyWhatItsKindSaysCounts) {
  constexpr int64_t kLength = 9;
  for (const Kind& kind : kKinds) {
    for (const bool rnn : {true, false}) {
      SCOPED_TRACE(kind.text);
      const auto task = testing::MakeMadeTask(rnn ? Rnn(kind.text, 5, kLength)
                                                  : Transformer(kind.text, 5, kLength));
      const NetworkTask& own = *task->network_task();
      const NetworkInputs inputs = own.Inputs(kSeed, 2);
      std::vector<double> part(static_cast<size_t>(kind.vocabulary));
      double all = 0;
      for (const std::vector<int>& sequence : SequencesOf(inputs, 5)) {
        for (size_t i = 0; i < kLength; ++i) {
          part.at(static_cast<size_t>(sequence[i + 1])) += kind.counts[i];
          all += kind.counts[i];
        }
      }
      const std::vector<float> zeros(task->parameter_count());
      std::vector<float> gradient(zeros.size());
      const float loss = PlainLossAndGradient(own.network(), inputs, zeros, gradient);
      EXPECT_NEAR(loss, std::log(static_cast<double>(kind.vocabulary)), 1e-5);
      const ParameterTensor& bias = own.network().tensors.back();
      ASSERT_EQ(bias.size, static_cast<size_t>(kind.vocabulary)) << bias.name;
      for (size_t token = 0; token < bias.size; ++token) {
        EXPECT_NEAR(gradient[bias.offset + token],
                    1.0 / static_cast<double>(kind.vocabulary) - part[token] / all, 1e-5);
      }
    }
  }
}

TEST(SyntheticText, LanguageModelsLearnIt) {
  struct Case {
    std::string text;
    int steps;
    float rate;
    double loss;  // below this
  };
  // Chance: ln 6, ln 5, ln 6 and the entropy of a value among four, ln 4.
  const Case cases[] = {
      {Rnn("ngram { symbols: 6 order: 1 branches: 2 }", 16, 16, 12), 150, 0.02f, 0.9},
      {Transformer("ngram { symbols: 6 order: 1 branches: 2 }", 16, 16), 150, 0.02f, 0.9},
      {Rnn("modular_addition { modulus: 3 }", 16, 16, 16), 300, 0.02f, 0.3},
      {Rnn("associative_recall { keys: 2 values: 4 pairs: 1 }", 32, 7, 16), 300, 0.02f, 0.3},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.text);
    const auto task = testing::MakeMadeTask(each.text);
    const std::vector<float> trained = testing::Trained(*task, kSeed, each.steps, each.rate);
    EXPECT_LT(task->Evaluate(kSeed, trained, Split::kTest, 64).loss, each.loss);
  }
}

}  // namespace
}  // namespace paceline
