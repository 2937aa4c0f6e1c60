#include "worker/engine/torch/torch_batches.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace paceline {
namespace {

using ::testing::ElementsAre;

// Windows of a text of tokens 0, 1, 2, ...: the same tokens for each length.
struct Windows {
  explicit Windows(const std::vector<int32_t>& tokens, int64_t length) {
    program.arrays = {{.values = tokens.data(), .shape = {length}, .stride = 1},
                      {.values = tokens.data() + 1, .shape = {length}, .stride = 1}};
    program.rows = static_cast<int64_t>(tokens.size()) - length;
    program.batch = 1;
  }
  std::vector<int64_t> Drawn(const TorchBatches& batches, size_t array) const {
    const at::Tensor values = batches.At(at::zeros({1}, at::kLong)).arrays[array];
    EXPECT_EQ(values.dim(), 3);
    const int64_t* begin = values.const_data_ptr<int64_t>();
    return {begin, begin + values.numel()};
  }
  TorchProgram program;
};

std::vector<int32_t> Counting() {
  std::vector<int32_t> tokens(20);
  std::iota(tokens.begin(), tokens.end(), 0);
  return tokens;
}

TEST(TorchBatches, WindowsOfTwoLengthsOnOneTextStayApart) {
  const std::vector<int32_t> tokens = Counting();
  const Windows two(tokens, 2), four(tokens, 4);
  TorchBatches first(two.program, 2, 1, at::kCPU), second(four.program, 2, 1, at::kCPU);
  first.Begin({.rows = {3, 17}});
  second.Begin({.rows = {0, 15}});
  EXPECT_THAT(two.Drawn(first, 0), ElementsAre(3, 4, 17, 18));
  EXPECT_THAT(two.Drawn(first, 1), ElementsAre(4, 5, 18, 19));
  EXPECT_THAT(four.Drawn(second, 0), ElementsAre(0, 1, 2, 3, 15, 16, 17, 18));
  EXPECT_THAT(four.Drawn(second, 1), ElementsAre(1, 2, 3, 4, 16, 17, 18, 19));
}

}  // namespace
}  // namespace paceline
