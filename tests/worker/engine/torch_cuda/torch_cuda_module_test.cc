#include "worker/engine/torch_cuda/torch_cuda_module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paceline {
namespace {

// It is beside the worker, not beside the tests.
TEST(TorchCudaModule, WhatIsNotThereIsReportedWithTheCallAndTheFile) {
  EXPECT_FALSE(HasTorchCuda());
  const absl::Status status = LoadTorchCuda().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()),
              ::testing::AllOf(::testing::HasSubstr("dlopen: "),
                               ::testing::HasSubstr("libpaceline_torch_cuda.so"),
                               ::testing::HasSubstr("give --device cpu")));
}

}  // namespace
}  // namespace paceline
