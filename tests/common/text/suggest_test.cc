#include "common/text/suggest.h"

#include <gtest/gtest.h>

#include <vector>

namespace paceline {
namespace {

const std::vector<std::string> kWords = {"window", "sigma", "particles", "block", "w"};

TEST(Nearest, FindsInsertionsDeletionsChangesAndSwaps) {
  EXPECT_EQ(Nearest("windows", kWords), "window");
  EXPECT_EQ(Nearest("windw", kWords), "window");
  EXPECT_EQ(Nearest("sigme", kWords), "sigma");
  EXPECT_EQ(Nearest("isgma", kWords), "sigma");
  EXPECT_EQ(Nearest("partciles", kWords), "particles");
  EXPECT_EQ(Nearest("SIGMA", kWords), "sigma");
}

TEST(Nearest, IsEmptyIfNothingIsNear) {
  EXPECT_EQ(Nearest("learning_rate", kWords), "");
  EXPECT_EQ(Nearest("", kWords), "");
  EXPECT_EQ(Nearest("b", kWords), "") << "one change of the only letter is no likeness";
  EXPECT_EQ(Nearest(std::string(100000, 'w'), kWords), "");
  EXPECT_EQ(Nearest("window", {}), "");
}

TEST(Nearest, PrefersTheFewestEdits) {
  const std::vector<std::string> words = {"relu6", "relu", "selu"};
  EXPECT_EQ(Nearest("relu", words), "relu");
  EXPECT_EQ(Nearest("rellu", words), "relu");
}

TEST(Listed, ReadsAsASentence) {
  EXPECT_EQ(Listed({}, "or"), "");
  EXPECT_EQ(Listed(std::vector<std::string>{"a"}, "or"), "a");
  EXPECT_EQ(Listed(std::vector<std::string>{"a", "b"}, "or"), "a or b");
  EXPECT_EQ(Listed(std::vector<std::string>{"a", "b", "c"}, "and"), "a, b and c");
}

TEST(Quoted, IsOneShortLine) {
  EXPECT_EQ(Quoted("a"), "\"a\"");
  EXPECT_EQ(Quoted("a\nb\x1b"), "\"a\\x0ab\\x1b\"");
  EXPECT_EQ(Quoted(std::string(50, 'x')), "\"" + std::string(40, 'x') + "...\"");
  EXPECT_EQ(Quoted(std::string(39, 'x') + "\xC3\xA9"), "\"" + std::string(39, 'x') + "...\"")
      << "no character is cut in two";
}

}  // namespace
}  // namespace paceline
