#include "common/text/table.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(TableTest, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(TableText({"A", "B"}, {{"±", "x"}, {"long", ""}}), "A     B\n±     x\nlong\n");
}

TEST(TableTest, ColumnsNeverRunTogetherHoweverWide) {
  EXPECT_EQ(TableText({"LOSS", "TEST"}, {{"1000000.0000 ± 0.0000", "1.0000"}, {"1", "2"}}),
            "LOSS                   TEST\n"
            "1000000.0000 ± 0.0000  1.0000\n"
            "1                      2\n");
}

TEST(TableTest, NumbersMayStandAtTheRight) {
  EXPECT_EQ(TableText({"NAME", "N"}, {{"a", "100"}, {"b", "2"}}, {.indent = 2, .left = 1}),
            "  NAME    N\n  a     100\n  b       2\n");
}

TEST(TableTest, ARowMayEndEarly) {
  EXPECT_EQ(TableText({"A", "B", ""}, {{"1", "2"}, {"3", "4", "note"}}),
            "A  B\n1  2\n3  4  note\n");
}

TEST(TableTest, ColumnsThatSayNothingAreDropped) {
  std::vector<std::string> titles = {"A", "B", "C", "D"};
  std::vector<std::vector<std::string>> rows = {{"-", "1", "-"}, {"", "-", "", ""}};
  EXPECT_EQ(DropSilentColumns(titles, rows, 2), 1u);
  EXPECT_EQ(titles, std::vector<std::string>({"B"}));
  EXPECT_EQ(rows, std::vector<std::vector<std::string>>({{"1"}, {"-"}}));
}

TEST(TableTest, ColumnsThatAreSilentInSomeRowsStayWhereTheyWere) {
  std::vector<std::string> titles = {"A", "B", "C"};
  std::vector<std::vector<std::string>> rows = {{"a"}, {"-", "", "0"}};
  EXPECT_EQ(DropSilentColumns(titles, rows, 2), 1u);
  EXPECT_EQ(titles, std::vector<std::string>({"A", "C"}));
  EXPECT_EQ(rows, std::vector<std::vector<std::string>>({{"a"}, {"-", "0"}}));
}

TEST(TableTest, ATableWithoutRowsKeepsItsColumns) {
  std::vector<std::string> titles = {"A", ""};
  std::vector<std::vector<std::string>> rows;
  EXPECT_EQ(DropSilentColumns(titles, rows, 1), 1u);
  EXPECT_EQ(titles.size(), 2u);
}

TEST(TableTest, ClippingCountsLettersAndKeepsThemWhole) {
  EXPECT_EQ(ClipText("a±b", 2), "a±");
  EXPECT_EQ(ClipText("a±b", 3), "a±b");
  EXPECT_EQ(ClipText("", 3), "");
}

TEST(TableTest, WidthIsInLettersNotInBytes) { EXPECT_EQ(TextWidth("±×σ"), 3u); }

}  // namespace
}  // namespace paceline
