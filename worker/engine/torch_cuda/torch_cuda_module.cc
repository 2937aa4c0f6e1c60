#include "worker/engine/torch_cuda/torch_cuda_module.h"

#include <dlfcn.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

constexpr char kFile[] = "libpaceline_torch_cuda.so";

std::string Path() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return (program.parent_path() / kFile).string();
}

absl::StatusOr<MakeCapturedStep*> Load() {
  // Never closed: LibTorch cannot be.
  void* module = dlopen(Path().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    return absl::UnavailableError(absl::StrCat(
        "LibTorch cannot compute on a GPU here: dlopen: ", dlerror(),
        "; install its CUDA libraries with deploy/setup.sh --gpu, or give --device cpu"));
  }
  void* make = dlsym(module, kMakeCapturedStep);
  if (make == nullptr) return absl::UnavailableError(absl::StrCat("dlsym: ", dlerror()));
  return reinterpret_cast<MakeCapturedStep*>(make);
}

}  // namespace

bool HasTorchCuda() {
  std::error_code error;
  return std::filesystem::exists(Path(), error);
}

absl::StatusOr<MakeCapturedStep*> LoadTorchCuda() {
  static const absl::StatusOr<MakeCapturedStep*> loaded = Load();
  return loaded;
}

}  // namespace paceline
