#include "worker/data/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/worker/data/random_text.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    words.emplace_back(text.substr(0, FirstWordBytes(text)));
    text.remove_prefix(words.back().size());
  }
  return words;
}

TEST(Words, ASpaceIsKeptWithTheWordBehindIt) {
  EXPECT_THAT(Words("In the beginning"), ElementsAre("In", " the", " beginning"));
  EXPECT_THAT(Words(" a"), ElementsAre(" a"));
}

TEST(Words, LettersDigitsAndSignsAreApart) {
  EXPECT_THAT(Words("it's 12th, (ok)..."),
              ElementsAre("it", "'", "s", " 12", "th", ",", " (", "ok", ")..."));
}

TEST(Words, OfManyBlanksTheLastSpaceGoesWithTheNextWord) {
  EXPECT_THAT(Words("a   b"), ElementsAre("a", "  ", " b"));
  EXPECT_THAT(Words("a\n\n b\nc"), ElementsAre("a", "\n\n", " b", "\n", "c"));
  EXPECT_THAT(Words("a \n"), ElementsAre("a", " \n"));
  EXPECT_THAT(Words("a  "), ElementsAre("a", "  "));
  EXPECT_THAT(Words(" "), ElementsAre(" "));
}

TEST(Words, LettersBeyondAsciiAreLetters) {
  EXPECT_THAT(Words("gr\xC3\xBC\xC3\x9F dich"), ElementsAre("gr\xC3\xBC\xC3\x9F", " dich"));
}

TEST(Words, ALongRunEndsAtMostAfterSixtyFourBytesAndBetweenCharacters) {
  EXPECT_THAT(Words(std::string(130, 'x')),
              ElementsAre(std::string(64, 'x'), std::string(64, 'x'), "xx"));
  std::string characters;
  for (int i = 0; i < 40; ++i) characters += "\xE4\xB8\xAD";
  for (const std::string& word : Words(characters)) EXPECT_EQ(word.size() % 3, 0u) << word;
  const std::string no_utf8(100, '\x80');
  EXPECT_EQ(Words(no_utf8).front().size(), 64u);
}

TEST(Words, ATextThatEndsWithAWordHasTheSameWordsAsALongerOne) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    for (const std::string& text :
         {RandomBytes(400, seed), RandomText(400, "ab1 \n.\xC3\xA4", seed)}) {
      const std::vector<std::string> words = Words(text);
      std::string prefix;
      for (size_t count = 1; count <= words.size(); ++count) {
        prefix += words[count - 1];
        ASSERT_EQ(Words(prefix), std::vector(words.begin(), words.begin() + count))
            << "seed " << seed << ", " << prefix;
      }
    }
  }
}

}  // namespace
}  // namespace paceline
