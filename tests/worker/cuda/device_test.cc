#include "worker/cuda/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/cuda/device_name.h"

namespace paceline::cuda {
namespace {

TEST(DeviceName, NamesTheProcessorOrOneCudaDevice) {
  EXPECT_FALSE(ParseDeviceName("cpu")->is_cuda);
  EXPECT_TRUE(ParseDeviceName("cuda")->is_cuda);
  EXPECT_EQ(ParseDeviceName("cuda")->index, 0);
  EXPECT_TRUE(ParseDeviceName("cuda:7")->is_cuda);
  EXPECT_EQ(ParseDeviceName("cuda:7")->index, 7);
}

TEST(DeviceName, AnythingElseIsRefused) {
  for (const char* text : {"", "gpu", "cuda:", "cuda:-1", "cuda:1x", "cuda:+1", "cuda: 1", "CPU",
                           "cuda:99999999999", "cpu:0"}) {
    const auto name = ParseDeviceName(text);
    ASSERT_FALSE(name.ok()) << text;
    EXPECT_EQ(name.status().message(),
              std::string("there is no device '") + text + "': give cpu, cuda or cuda:N");
  }
}

TEST(Device, AnAbsentOneIsReportedWithTheCall) {
  const auto devices = ListDevices();
  if (devices.ok()) {
    const auto device = Device::Open(static_cast<int>(devices->size()));
    EXPECT_EQ(device.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(device.status().message()), testing::HasSubstr("this machine has"));
    return;
  }
  const absl::Status status = Device::Open(0).status();
  EXPECT_EQ(status, devices.status());
  if (IsBuilt()) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("cudaGetDeviceCount: "));
  } else {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << status;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("this build has no CUDA"));
  }
}

}  // namespace
}  // namespace paceline::cuda
