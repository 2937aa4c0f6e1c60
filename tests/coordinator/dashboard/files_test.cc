#include "coordinator/dashboard/files.h"

#include <set>

#include "gmock/gmock.h"

namespace paceline {
namespace {

using ::testing::IsSupersetOf;
using ::testing::StartsWith;

TEST(DashboardFilesTest, AllTogetherAreBelow300Kilobytes) {
  size_t bytes = 0, compressed = 0;
  for (const EmbeddedFile& file : DashboardFiles()) {
    bytes += file.bytes;
    compressed += file.gzip.size();
  }
  std::cout << bytes << " bytes in all, " << compressed << " compressed\n";
  EXPECT_LT(bytes, 300'000u);
}

TEST(DashboardFilesTest, EachHasAPathOfItsOwnAndIsCompressed) {
  std::set<std::string_view> paths;
  for (const EmbeddedFile& file : DashboardFiles()) {
    EXPECT_TRUE(paths.insert(file.path).second) << file.path;
    EXPECT_THAT(std::string(file.path), StartsWith("/"));
    EXPECT_THAT(std::string(file.gzip), StartsWith("\x1f\x8b")) << file.path;
    EXPECT_EQ(file.etag.size(), 18u) << file.path;
  }
  EXPECT_THAT(paths, IsSupersetOf(std::vector<std::string_view>{"/", "/app.js", "/chart.js"}));
}

}  // namespace
}  // namespace paceline
