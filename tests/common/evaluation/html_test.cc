#include "common/evaluation/html.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using testing::HasSubstr;

TEST(HtmlTest, APageForbidsScriptsAndTheNetwork) {
  const std::string page = HtmlPage("<title>", "<p>x</p>\n");
  EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(page, HasSubstr("<title>&lt;title&gt;</title>"));
}

TEST(HtmlTest, TextIsEscaped) {
  EXPECT_EQ(HtmlElement("p", "<b>&\"'\x01"), "<p>&lt;b&gt;&amp;&quot;&#39;\xEF\xBF\xBD</p>\n");
  const std::string table =
      HtmlTableText({.caption = "<c>", .titles = {"<t>"}, .rows = {{"<r>"}}, .strong = {true}});
  for (const char* cell : {"&lt;c&gt;", "&lt;t&gt;", "&lt;r&gt;"}) {
    EXPECT_THAT(table, HasSubstr(cell));
  }
  EXPECT_THAT(table, HasSubstr("<tr class=\"strong\">"));
  EXPECT_THAT(HtmlDetails("<s>", ""), HasSubstr("<summary>&lt;s&gt;</summary>"));
  EXPECT_THAT(HtmlHeading(2, "a\"b", "<h>"), HasSubstr("id=\"a&quot;b\">&lt;h&gt;"));
}

}  // namespace
}  // namespace paceline
