#include "common/config/yaml_document.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace paceline {
namespace {

using Kind = YamlNode::Kind;

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(ReadYaml, KeepsOrderAndPlacesOfKeysAndValues) {
  YamlDocument document = ReadYaml("b: 1\na:\n  - x\n  - {c: 'q'}\n", 3);
  ASSERT_TRUE(document.readable);
  ASSERT_TRUE(document.faults.empty());
  const YamlNode& root = document.root;
  ASSERT_EQ(root.kind, Kind::kMapping);
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(root.children[0].key, "b");
  EXPECT_EQ(root.children[0].mark, (Mark{3, 1, 4}));
  const YamlNode& list = root.children[1];
  EXPECT_EQ(list.key_mark, (Mark{3, 2, 1}));
  ASSERT_EQ(list.kind, Kind::kList);
  EXPECT_EQ(list.children[0].text, "x");
  EXPECT_FALSE(list.children[0].quoted);
  const YamlNode& inner = list.children[1].children[0];
  EXPECT_EQ(inner.key, "c");
  EXPECT_EQ(inner.text, "q");
  EXPECT_TRUE(inner.quoted);
  EXPECT_EQ(inner.mark, (Mark{3, 4, 9}));
}

TEST(ReadYaml, CountsColumnsInBytes) {
  YamlDocument document = ReadYaml("{\xC3\xA9: 1, b: &x 2}\n", 0);
  ASSERT_EQ(document.faults.size(), 1u);
  EXPECT_EQ(document.faults[0].mark, (Mark{0, 1, 12}));
}

TEST(ReadYaml, TellsBlocksOfTextFromPlainScalars) {
  YamlDocument document = ReadYaml("a: |\n  1\nb: 1\n", 0);
  EXPECT_TRUE(document.root.Find("a")->quoted);
  EXPECT_FALSE(document.root.Find("b")->quoted);
  EXPECT_EQ(document.root.Find("c"), nullptr);
}

TEST(ReadYaml, ReadsNothingAsNull) {
  EXPECT_EQ(ReadYaml("", 0).root.kind, Kind::kNull);
  EXPECT_EQ(ReadYaml("a:\n", 0).root.Find("a")->kind, Kind::kNull);
  EXPECT_EQ(ReadYaml("a: \"null\"\n", 0).root.Find("a")->kind, Kind::kScalar);
}

std::string OnlyFault(const std::string& text) {
  const YamlDocument document = ReadYaml(text, 0);
  if (document.faults.size() != 1 || document.readable) return "not one fault";
  const auto& [mark, message] = document.faults[0];
  return std::to_string(mark.line) + ":" + std::to_string(mark.column) + ": " + message;
}

TEST(ReadYaml, NamesInvisibleCharactersWhereTheyAre) {
  const struct {
    const char* character;
    const char* says;
  } rows[] = {
      {"\u00A0", "U+00A0 (no-break space); write an ordinary space"},
      {"\u00AD", "U+00AD (soft hyphen); take it out"},
      {"\xC2\x85", "U+0085 (next line); take it out, or write an ordinary line end"},
      {"\xC2\x9F", "U+009F (control character); take it out"},
      {"\u061C", "U+061C (Arabic letter mark); take it out"},
      {"\u1680", "U+1680 (Ogham space mark); write an ordinary space"},
      {"\u180E", "U+180E (Mongolian vowel separator); take it out"},
      {"\u2003", "U+2003 (typographic space); write an ordinary space"},
      {"\u200B", "U+200B (zero-width space); take it out"},
      {"\u200C", "U+200C (zero-width non-joiner); take it out"},
      {"\u200D", "U+200D (zero-width joiner); take it out"},
      {"\u200E", "U+200E (left-to-right mark); take it out"},
      {"\u200F", "U+200F (right-to-left mark); take it out"},
      {"\u2028", "U+2028 (line separator); take it out, or write an ordinary line end"},
      {"\u2029", "U+2029 (paragraph separator); take it out, or write an ordinary line end"},
      {"\u202E", "U+202E (change of the direction of text); take it out"},
      {"\u202F", "U+202F (narrow no-break space); write an ordinary space"},
      {"\u2060", "U+2060 (word joiner); take it out"},
      {"\u2066", "U+2066 (change of the direction of text); take it out"},
      {"\u3000", "U+3000 (ideographic space); write an ordinary space"},
      {"\u3164", "U+3164 (Hangul filler); take it out"},
      {"\uFE0F", "U+FE0F (variation selector); take it out"},
      {"\uFEFF", "U+FEFF (byte order mark); take it out"},
      {"\U000E0041", "U+E0041 (tag); take it out"},
  };
  for (const auto& [character, says] : rows) {
    const std::string c = character;
    const std::string message = "the invisible character " + std::string(says);
    EXPECT_EQ(OnlyFault("a: 1\nseed:" + c + "1\n"), "2:6: " + message);
    EXPECT_EQ(OnlyFault("a: 1\nseed: 1" + c + "\r\n"), "2:8: " + message);
    EXPECT_EQ(OnlyFault("a: 1\n" + c + c + "seed: 1"), "2:1: " + message);
    EXPECT_EQ(OnlyFault("{se" + c + "ed: 'x # y'}"), "1:4: " + message);
    EXPECT_EQ(OnlyFault("a: 'b # c" + c + "'"), "1:10: " + message);
    EXPECT_EQ(OnlyFault("a: it's#b" + c), "1:10: " + message);
    EXPECT_TRUE(ReadYaml("a: \"x\" # a comment" + c + "\n#" + c + "\n", 0).readable) << says;
  }
}

TEST(ReadYaml, TakesVisibleCharactersOfAnyScript) {
  const YamlDocument document =
      ReadYaml("\xEF\xBB\xBF\xC3\xA9: \u4E2D\u6587 \U0001F600 \u05D0\t# x\n", 0);
  ASSERT_TRUE(document.readable);
  EXPECT_EQ(document.root.children[0].text, "\u4E2D\u6587 \U0001F600 \u05D0");
}

// Of 256 KiB each, chosen to be dear for a careless parser.
TEST(ReadYaml, EndsSoonOnHostileText) {
  const std::string texts[] = {
      std::string(262144, '['),       std::string(262144, '{'),
      std::string(262144, '!'),       std::string(262144, '&'),
      std::string(262144, '"'),       std::string(262144, '?'),
      std::string(262144, ' '),       std::string(262144, '\n'),
      std::string(262144, '\t'),      std::string(262144, 'a'),
      Repeated("- ", 131072),         Repeated("? ", 131072),
      Repeated("a: ", 87381),         Repeated("{a: ", 65536),
      Repeated("\"\"\n", 87381),      Repeated("[],", 87381),
      "[" + Repeated("{},", 87381),   "a: " + Repeated("\"x\" ", 65536),
      "[" + Repeated("'',", 87381),   Repeated("--- a\n", 43690),
      Repeated("%YAML 1.2\n", 26214), "a: |\n" + Repeated("  x\n", 65536),
  };
  for (const std::string& text : texts) {
    const auto begin = std::chrono::steady_clock::now();
    ReadYaml(text, 0);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10))
        << text.substr(0, 20);
  }
}

}  // namespace
}  // namespace paceline
