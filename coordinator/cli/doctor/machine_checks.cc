#include "coordinator/cli/doctor/machine_checks.h"

#include "common/footprint/machine_memory.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr uint64_t kMegabyte = 1'000'000, kGigabyte = 1'000 * kMegabyte;
// A job pauses when nothing is left; below this that is near.
constexpr uint64_t kLeastDisk = 100 * kMegabyte, kSomeDisk = 2 * kGigabyte;
constexpr uint64_t kLeastMemory = 200 * kMegabyte, kSomeMemory = kGigabyte;
// A worker takes one connection, and the store and logs some dozen files.
constexpr uint64_t kLeastDescriptors = 128, kSomeDescriptors = 4096;

Verdict ByAmount(uint64_t amount, uint64_t least, uint64_t some) {
  if (amount < least) return Verdict::kBad;
  return amount < some ? Verdict::kWarn : Verdict::kOk;
}

}  // namespace

Finding CheckDisk(const std::string& folder, const absl::StatusOr<DiskFacts>& disk) {
  Finding finding{.subject = "disk"};
  if (!disk.ok()) {
    finding.verdict = Verdict::kBad;
    finding.what = std::string(disk.status().message());
    finding.to_do = "give --data a folder that can be made and read here";
    return finding;
  }
  finding.verdict = ByAmount(disk->free_bytes, kLeastDisk, kSomeDisk);
  finding.what = fmt::format("{} of {} free where {} is", BytesText(disk->free_bytes),
                             BytesText(disk->total_bytes), folder);
  if (finding.verdict != Verdict::kOk) {
    finding.to_do = "make room, or move the data folder: a job pauses while the disk is full";
  }
  return finding;
}

Finding CheckDescriptors(const DescriptorFacts& descriptors) {
  Finding finding{
      .verdict = ByAmount(descriptors.hard, kLeastDescriptors, kSomeDescriptors),
      .subject = "descriptors",
      .what = fmt::format("{} open files, {} at most", descriptors.soft, descriptors.hard)};
  if (finding.verdict != Verdict::kOk) {
    finding.to_do =
        "raise the hard limit (ulimit -Hn, LimitNOFILE=): each worker and each browser takes one";
  }
  return finding;
}

Finding CheckMemory(const MemoryFacts& memory) {
  Finding finding{.subject = "memory"};
  if (memory.available_bytes == 0) {
    finding.verdict = Verdict::kWarn;
    finding.what = "the system does not say how much memory can be had";
    finding.to_do = "tell workers with --memory";
    return finding;
  }
  finding.verdict = ByAmount(memory.available_bytes, kLeastMemory, kSomeMemory);
  finding.what = fmt::format("{} can be had of {}, under the limits of the control group",
                             BytesText(memory.available_bytes), BytesText(memory.total_bytes));
  if (finding.verdict != Verdict::kOk) {
    finding.to_do =
        "raise the control group's limit, or end other programs; paceline check CONFIG "
        "tells what a job takes";
  }
  return finding;
}

Finding CheckGpu(const GpuFacts& gpu) {
  Finding finding{.subject = "gpu"};
  if (!gpu.device && gpu.driver.empty()) {
    finding.what = "none; workers compute on the processor";
  } else if (gpu.driver.empty()) {
    finding.verdict = Verdict::kBad;
    finding.what = "there is a device of NVIDIA's, and no driver";
    finding.to_do = "install the driver, or give containers the driver's files, too";
  } else if (!gpu.device) {
    finding.verdict = Verdict::kBad;
    finding.what = fmt::format("NVIDIA's driver {} is there, and no device in /dev", gpu.driver);
    finding.to_do = "run nvidia-modprobe -u -c 0, or give the container the device";
  } else if (!gpu.module) {
    finding.verdict = Verdict::kWarn;
    finding.what = fmt::format("NVIDIA's driver {}, and this build has no CUDA", gpu.driver);
    finding.to_do = "build where nvcc is; until then workers compute on the processor";
  } else {
    finding.what = fmt::format("NVIDIA's driver {}, for paceline-worker --device cuda", gpu.driver);
  }
  return finding;
}

}  // namespace paceline
