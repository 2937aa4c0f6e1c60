#include "worker/kernels/window_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace paceline {
namespace {

WindowTask SmallTask() {
  WindowTask task;
  task.shape.layers = 2;
  const int widths[] = {64, 32, 10};
  std::copy(std::begin(widths), std::end(widths), task.shape.widths);
  task.shape.batch = 128;
  task.at = kernels::MlpScratch(task.shape, kernels::Rows::kForTeams);
  task.parameters = 2410;
  task.curvature = {.every = 10,
                    .hessian = true,
                    .gauss_newton = true,
                    .at = {task.shape, kernels::Rows::kForTeams}};
  return task;
}
constexpr OptimizerSizes kSizes = {
    .theta = 300, .prepared = 700, .state = 10'000, .scratch = 5'000};

TEST(WindowLayout, EverythingIsSharedWhereThereIsRoom) {
  const WindowLayout layout = PlanWindow(SmallTask(), kSizes, 1 << 20);
  for (int part = 0; part < kWindowParts; ++part) EXPECT_TRUE(layout.shared[part]) << part;
  EXPECT_EQ(layout.workspace_floats, 0u);
}

TEST(WindowLayout, WithoutSharedMemoryOnlyWhatIsNotKeptNeedsAWorkspace) {
  const WindowTask task = SmallTask();
  const WindowLayout layout = PlanWindow(task, kSizes, 0);
  for (int part = 0; part < kWindowParts; ++part) EXPECT_FALSE(layout.shared[part]) << part;
  EXPECT_EQ(layout.shared_floats, 0u);
  const size_t batch = 128 * (task.at.image_stride + 2);
  const size_t curvature = 3 * 2416 + task.curvature.at.size;
  const size_t needed = 704 + 2416 + std::max<size_t>(task.at.size, 5008) + batch + curvature;
  EXPECT_GE(layout.workspace_floats, needed - 64);
  EXPECT_LE(layout.workspace_floats, needed + 64);
}

TEST(WindowLayout, PartsDoNotOverlapAndTheBudgetIsKept) {
  const WindowTask task = SmallTask();
  for (size_t bytes = 0; bytes < 250'000; bytes += 1'000) {
    const WindowLayout layout = PlanWindow(task, kSizes, bytes);
    EXPECT_LE(layout.shared_floats * sizeof(float), bytes);
    size_t shared = 0, workspace = 0;
    for (int part = 0; part < kWindowParts; ++part) {
      if (!layout.shared[part] && (part == kParameters || part == kState)) continue;
      // Parts are laid out in order, so each begins where those before it end.
      EXPECT_GE(layout.offset[part], layout.shared[part] ? shared : workspace);
      EXPECT_EQ(layout.offset[part] % 16, 0u);
      (layout.shared[part] ? shared : workspace) = layout.offset[part] + 1;
    }
    EXPECT_LE(shared, std::max<size_t>(1, layout.shared_floats));
  }
}

// Rows of odd length lie in different banks.
TEST(WindowLayout, ATeamsRowsAreOdd) {
  const WindowTask task = SmallTask();
  EXPECT_EQ(task.at.image_stride, 65u);
  EXPECT_EQ(task.at.stride[0], 33u);
  EXPECT_EQ(task.at.transposed_stride[1], 33u);
  EXPECT_EQ(task.at.stride[1], 11u);
  EXPECT_FALSE(task.at.copied[0] || task.at.copied[1]);
}

}  // namespace
}  // namespace paceline
