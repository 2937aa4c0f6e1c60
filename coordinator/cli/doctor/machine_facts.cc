#include "coordinator/cli/doctor/machine_facts.h"

#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "common/base/file.h"
#include "common/footprint/machine_memory.h"
#include "coordinator/cli/local/child_process.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;

// LibTorch takes a second to load from a cold disk, and more from a network's.
constexpr std::chrono::seconds kPatience{30};

// The folder, or the nearest around it that is there.
fs::path Nearest(const std::string& folder) {
  std::error_code error;
  fs::path path = fs::absolute(folder, error);
  while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  return path;
}

std::string ScratchFile() {
  std::string path = (fs::temp_directory_path() / "paceline-doctor-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file >= 0) close(file);
  return path;
}

}  // namespace

absl::StatusOr<DiskFacts> DiskOf(const std::string& folder) {
  std::error_code error;
  const fs::space_info space = fs::space(Nearest(folder), error);
  if (error) return absl::ErrnoToStatus(error.value(), "cannot look at " + folder);
  return DiskFacts{.free_bytes = space.available, .total_bytes = space.capacity};
}

DescriptorFacts DescriptorsOfProcess() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return {.soft = limit.rlim_cur, .hard = limit.rlim_max};
}

MemoryFacts MemoryOfMachine() {
  struct sysinfo info {};
  const bool known = sysinfo(&info) == 0;
  return {.available_bytes = AvailableMemory(),
          .total_bytes = known ? uint64_t{info.totalram} * info.mem_unit : 0};
}

GpuFacts GpuOfMachine(const std::string& program_folder) {
  std::error_code error;
  GpuFacts facts{.device = fs::exists("/dev/nvidia0", error) || fs::exists("/dev/nvidiactl", error),
                 .module = fs::exists(program_folder + "/libpaceline_torch_cuda.so", error)};
  const auto version = ReadFile("/sys/module/nvidia/version", 100);
  if (version.ok()) facts.driver = version->substr(0, version->find('\n'));
  return facts;
}

ProgramFacts ProgramIn(const std::string& folder, const std::string& name) {
  ProgramFacts facts{.name = name};
  const std::string path = folder + "/" + name, log = ScratchFile();
  auto child = ChildProcess::Start({path, "--version"}, log);
  std::string end;
  if (child.ok()) end = child->WaitForEnd(kPatience).value_or("does not answer");
  const std::string said = ReadFile(log, 1 << 16).value_or("");
  fs::remove(log);
  const bool good = child.ok() && end == "exited with status 0";
  (good ? facts.text : facts.error) = child.ok() ? said : std::string(child.status().message());
  if (!good && facts.error.empty()) facts.error = end;
  facts.error = facts.error.substr(0, facts.error.find('\n'));
  return facts;
}

}  // namespace paceline
