// gpu-check [--dry-run] [--device N] [--no-benchmarks]: see tests/gpu/check.sh.
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/gpu/checks.h"
#include "tests/gpu/json_line.h"

namespace paceline {
namespace {

enum ExitStatus { kPassed = 0, kDiffers = 1, kUsage = 2, kCannotRun = 3 };

struct Flags {
  bool dry_run = false;
  bool benchmarks = true;
  int device = 0;
};

bool Parse(int argc, char** argv, Flags& flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--dry-run") {
      flags.dry_run = true;
    } else if (argument == "--no-benchmarks") {
      flags.benchmarks = false;
    } else if (argument == "--device" && i + 1 < argc) {
      flags.device = std::atoi(argv[++i]);
    } else {
      std::fprintf(stderr, "gpu-check: unknown argument '%s'\n", argv[i]);
      return false;
    }
  }
  return true;
}

int CannotRun(const absl::Status& status) {
  const std::string message(status.message());
  std::fprintf(stderr, "gpu-check: %s\n", message.c_str());
  JsonLine("error").Add("message", message).Print(stdout);
  return kCannotRun;
}

int Main(int argc, char** argv) {
  Flags flags;
  if (!Parse(argc, argv, flags)) return kUsage;
  GpuCheck check;
  if (!flags.dry_run) {
    auto device = cuda::Device::Open(flags.device);
    if (!device.ok()) return CannotRun(device.status());
    check.device = *std::move(device);
  }
  const cuda::DeviceInfo info = check.info();
  JsonLine("device")
      .Add("name", info.name)
      .Add("compute_capability", fmt::format("{}.{}", info.major, info.minor))
      .Add("multiprocessors", info.multiprocessors)
      .Add("memory_bytes", info.memory_bytes)
      .Add("shared_bytes_per_block", info.shared_bytes_per_block)
      .Add("built_with_cuda", cuda::IsBuilt())
      .Add("dry_run", check.dry_run())
      .Print(check.out);
  absl::Status status = CheckNoise(check);
  if (status.ok()) status = CheckWindows(check);
  if (status.ok()) status = CheckOptimizer(check);
  if (status.ok()) status = CheckTorch(check);
  if (status.ok() && flags.benchmarks) status = MeasureThroughput(check);
  if (status.ok() && flags.benchmarks) status = MeasureTorch(check);
  if (!status.ok()) return CannotRun(status);
  JsonLine("summary").Add("passed", !check.failed).Add("dry_run", check.dry_run()).Print(check.out);
  return check.failed ? kDiffers : kPassed;
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) { return paceline::Main(argc, argv); }
