#include "worker/data/bpe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/worker/data/random_text.h"
#include "worker/data/bpe_training.h"
#include "worker/data/words.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Tokens = std::vector<int32_t>;

std::vector<TokenPair> Train(std::string_view text, size_t merges) {
  return TrainBpe(std::vector<std::string_view>{text}, merges);
}

Bpe Trained(std::string_view text, size_t merges) { return Bpe::Of(Train(text, merges)).value(); }

std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    words.emplace_back(text.substr(0, FirstWordBytes(text)));
    text.remove_prefix(words.back().size());
  }
  return words;
}

Tokens Encode(const Bpe& bpe, std::string_view text) {
  Tokens tokens;
  for (const std::string& word : WordsOf(text)) {
    const Tokens own = bpe.EncodeWord(word);
    tokens.insert(tokens.end(), own.begin(), own.end());
  }
  return tokens;
}

// By the definition: all words of the text, every pair counted anew for every merge, and joined in
// all of them at once.
struct NaiveBpe {
  std::vector<TokenPair> merges;
  Tokens tokens;  // of the text

  NaiveBpe(std::string_view text, size_t count) {
    std::vector<Tokens> words;
    for (const std::string& word : WordsOf(text)) {
      words.emplace_back();
      for (const char byte : word) words.back().push_back(ByteToken(byte));
    }
    while (merges.size() < count) {
      std::map<TokenPair, int> counts;
      for (const Tokens& word : words) {
        for (size_t i = 1; i < word.size(); ++i) ++counts[{word[i - 1], word[i]}];
      }
      if (counts.empty()) break;
      auto best = counts.begin();
      for (auto pair = counts.begin(); pair != counts.end(); ++pair) {
        if (pair->second > best->second) best = pair;
      }
      const int32_t joined = kByteVocabulary + static_cast<int32_t>(merges.size());
      for (Tokens& word : words) {
        for (size_t i = 0; i + 1 < word.size(); ++i) {
          if (TokenPair{word[i], word[i + 1]} != best->first) continue;
          word[i] = joined;
          word.erase(word.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
      }
      merges.push_back(best->first);
    }
    for (const Tokens& word : words) tokens.insert(tokens.end(), word.begin(), word.end());
  }
};

TEST(Bpe, JoinsTheMostFrequentPairsOfASmallTextOneAfterTheOther) {
  const Bpe bpe = Trained("low\nlow\nlower\nnewest\nnewest\nnewest", 4);
  const auto t = [](char byte) { return ByteToken(byte); };
  EXPECT_THAT(bpe.merges(),
              ElementsAre(TokenPair{t('w'), t('e')},  // 259 = we: in lower, too, four times
                          TokenPair{t('e'), 259},     // 260 = ewe: the smallest of those there
                                                      // three times, lo, ne, e-we, we-s and st
                          TokenPair{t('l'), t('o')},  // 261 = lo
                          TokenPair{t('n'), 260}));   // 262 = newe
  EXPECT_THAT(bpe.EncodeWord("lower"), ElementsAre(261, 259, t('r')));
  EXPECT_THAT(bpe.EncodeWord("newest"), ElementsAre(262, t('s'), t('t')));
  EXPECT_THAT(bpe.EncodeWord("fewer"), ElementsAre(t('f'), 260, t('r')));
}

TEST(Bpe, OfEquallyFrequentPairsTheSmallerComesFirst) {
  const auto t = [](char byte) { return ByteToken(byte); };
  EXPECT_THAT(Train("zb ab az", 3), ElementsAre(TokenPair{t(' '), t('a')},
                                                TokenPair{t('z'), t('b')}, TokenPair{259, t('b')}));
}

TEST(Bpe, ThreeEqualTokensInARowAreTwoPairsOfWhichTheFirstIsJoined) {
  const Bpe bpe = Trained("aaa\nab", 1);
  EXPECT_THAT(bpe.merges(), ElementsAre(TokenPair{ByteToken('a'), ByteToken('a')}));
  EXPECT_THAT(bpe.EncodeWord("aaa"), ElementsAre(259, ByteToken('a')));
  EXPECT_THAT(bpe.EncodeWord("aaaa"), ElementsAre(259, 259));
}

TEST(Bpe, TrainingAndEncodingAgreeWithTheirDefinitionOnRandomTexts) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    for (const std::string& text :
         {RandomText(600, "ab ", seed), RandomText(600, "abcde  \n1.", seed),
          RandomText(300, "a", seed), RandomBytes(300, seed)}) {
      const NaiveBpe expected(text, 60);
      ASSERT_EQ(Train(text, 60), expected.merges) << "seed " << seed << ": " << text;
      ASSERT_EQ(Encode(Trained(text, 60), text), expected.tokens)
          << "seed " << seed << ": " << text;
    }
  }
}

TEST(Bpe, NothingIsJoinedAcrossAWordsBorder) {
  const std::string text = "ab ab ab ab";
  const Bpe bpe = Trained(text, 100);
  // "ab", " ab" and no more: 3 merges, since "ab" alone is there too.
  EXPECT_EQ(Encode(bpe, text).size(), 4u);
}

TEST(Bpe, MergesEndWhereEveryWordIsOneToken) {
  EXPECT_THAT(Train("", 5), IsEmpty());
  EXPECT_THAT(Train("a b c", 5).size(), 2u);  // " b" and " c"
}

TEST(Bpe, TextsAreTrainedOnTogetherButAreNotJoined) {
  const std::vector<std::string_view> apart = {"xa", "bx"};
  for (const TokenPair pair : TrainBpe(apart, 9)) {
    EXPECT_NE(pair, (TokenPair{ByteToken('a'), ByteToken('b')}));
  }
  const std::vector<std::string_view> halves = {"low lower", " lowest low"};
  EXPECT_EQ(TrainBpe(halves, 9), Train("low lower lowest low", 9));
}

TEST(Bpe, EveryBytesComeBackFromTheirTokens) {
  const Bpe bpe = Trained(RandomText(2000, "abc d\n", 1), 50);
  for (unsigned seed = 0; seed < 50; ++seed) {
    for (const std::string& text : {RandomBytes(200, seed), RandomText(200, "abc d\n", seed)}) {
      const Tokens tokens = Encode(bpe, text);
      for (const int32_t token : tokens) {
        ASSERT_GE(token, kFirstByteToken);
        ASSERT_LT(token, bpe.vocabulary());
      }
      ASSERT_EQ(bpe.Decode(tokens), text) << "seed " << seed;
    }
  }
}

TEST(Bpe, WithoutMergesByteBIsTokenBPlusThree) {
  const Bpe bytes = Bpe::Of({}).value();
  EXPECT_EQ(bytes.vocabulary(), 259);
  const std::string word("\0A\xFF", 3);
  EXPECT_THAT(bytes.EncodeWord(word), ElementsAre(3, 68, 258));
}

TEST(Bpe, TokensThatAreNoBytesHaveNone) {
  const Bpe bytes = Bpe::Of({}).value();
  EXPECT_EQ(bytes.Decode(Tokens{kPaddingToken, 68, kEndOfDocumentToken, kUnknownToken, 259, -1}),
            "A");
}

void ExpectRefused(std::vector<TokenPair> merges, std::string_view message) {
  const absl::Status status = Bpe::Of(std::move(merges)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(message)));
}

TEST(Bpe, MergesOfTokensThatAreNotThereYetAreRefused) {
  ExpectRefused({{3, 259}}, "merge 0 joins tokens 3 and 259: expected tokens 3 to 258");
  ExpectRefused({{3, 4}, {259, 260}}, "merge 1 joins tokens 259 and 260: expected tokens 3 to 259");
  ExpectRefused({{1, 5}}, "expected tokens 3 to 258");
  ExpectRefused({{-7, 5}}, "expected tokens 3 to 258");
}

TEST(Bpe, APairThatIsThereTwiceIsRefused) {
  ExpectRefused({{3, 4}, {5, 6}, {3, 4}}, "merge 2 joins tokens 3 and 4: an earlier merge does so");
}

TEST(Bpe, ATokenLongerThanAnyWordIsRefused) {
  std::vector<TokenPair> doubling = {{3, 3}};
  for (int32_t token = 259; token < 265; ++token) doubling.push_back({token, token});
  ExpectRefused(doubling, "merge 6 joins tokens 264 and 264: 128 bytes; a word has at most 64");
}

}  // namespace
}  // namespace paceline
