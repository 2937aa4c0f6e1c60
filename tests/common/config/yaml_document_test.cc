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
