#include "tests/testing/golden.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"

namespace paceline::testing {

namespace fs = std::filesystem;

const Tensor& GoldenFile::at(const std::string& tensor) const {
  const auto found = tensors.find(tensor);
  if (found == tensors.end()) {
    std::fprintf(stderr, "golden file %s has no tensor %s\n", name.c_str(), tensor.c_str());
    std::abort();
  }
  return found->second;
}

std::vector<std::string> GoldenFile::NamesUnder(const std::string& prefix) const {
  std::vector<std::string> names;
  for (const auto& [tensor, value] : tensors) {
    if (tensor.starts_with(prefix)) names.push_back(tensor.substr(prefix.size()));
  }
  return names;
}

std::string GoldenFolder() {
  const char* folder = std::getenv("PACELINE_GOLDEN_DIR");
  return folder != nullptr && *folder != '\0' ? folder : "../shared/golden";
}

bool HaveGolden() {
  std::error_code error;
  return fs::is_directory(GoldenFolder(), error);
}

std::vector<std::string> GoldenPaths(const std::string& kind) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(GoldenFolder(), error)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".safetensors") continue;
    const absl::StatusOr<TensorFile> file = ReadSafetensors(path.string());
    const auto is_of_kind = [&] {
      const auto found = file->metadata.find("kind");
      return found != file->metadata.end() && found->second == kind;
    };
    if (!file.ok() || is_of_kind()) {
      paths.push_back(path.string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

absl::StatusOr<GoldenFile> LoadGolden(const std::string& path) {
  absl::StatusOr<TensorFile> file = ReadSafetensors(path);
  if (!file.ok()) return file.status();
  GoldenFile golden;
  golden.name = fs::path(path).stem().string();
  golden.kind = file->metadata["kind"];
  golden.config = nlohmann::json::parse(file->metadata["config"], nullptr, false);
  if (!golden.config.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": metadata \"config\" is not JSON"));
  }
  golden.tensors = std::move(file->tensors);
  return golden;
}

std::string GoldenOptions::Unread() const {
  static const std::set<std::string> kDescriptions = {"n_params",  "n_theta",   "name",
                                                      "num_steps", "optimizer", "task"};
  std::string unread;
  for (const auto& [key, value] : config_.items()) {
    if (read_.contains(key) || kDescriptions.contains(key) || key.starts_with("f32_vs_f64")) {
      continue;
    }
    absl::StrAppend(&unread, unread.empty() ? "options that are not known here: " : ", ", key);
  }
  return unread;
}

void CheckGoldenFiles(const std::string& kind, const GoldenCheck& check) {
  PACELINE_SKIP_WITHOUT_GOLDEN();
  const std::vector<std::string> paths = GoldenPaths(kind);
  std::vector<std::string> left_out;
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    const absl::StatusOr<GoldenFile> file = LoadGolden(path);
    ASSERT_TRUE(file.ok()) << file.status();
    const std::string reason = check(*file);
    if (!reason.empty()) left_out.push_back(absl::StrCat(file->name, ": ", reason));
  }
  for (const std::string& line : left_out) std::printf("  not supported: %s\n", line.c_str());
  std::printf("%zu of %zu files of kind %s not supported\n", left_out.size(), paths.size(),
              kind.c_str());
  if (left_out.size() == paths.size()) {
    GTEST_SKIP() << "*** NOT CHECKED: no supported file of kind " << kind << " in "
                 << GoldenFolder() << " ***";
  }
}

}  // namespace paceline::testing
