#include "worker/snapshot/snapshot_name.h"

#include <charconv>
#include <system_error>

#include "absl/strings/str_format.h"

namespace paceline {
namespace {

constexpr std::string_view kEnding = ".safetensors";
constexpr std::string_view kUnfinished = ".tmp";

bool TakeText(std::string_view& rest, std::string_view text) {
  if (!rest.starts_with(text)) return false;
  rest.remove_prefix(text.size());
  return true;
}

template <class T>
bool TakeNumber(std::string_view& rest, T& value, int base = 10) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value, base);
  if (error != std::errc()) return false;
  rest.remove_prefix(end - rest.data());
  return true;
}

}  // namespace

std::string FileName(const SnapshotName& name) {
  return absl::StrFormat("block-%d-step-%d-theta-%016x%s", name.block, name.step, name.theta_hash,
                         kEnding);
}

std::optional<SnapshotName> ParseFileName(std::string_view file) {
  SnapshotName name;
  std::string_view rest = file;
  const bool read = TakeText(rest, "block-") && TakeNumber(rest, name.block) &&
                    TakeText(rest, "-step-") && TakeNumber(rest, name.step) &&
                    TakeText(rest, "-theta-") && TakeNumber(rest, name.theta_hash, 16);
  // Written back, so that no two texts have one name.
  if (!read || name.step < 1 || FileName(name) != file) return std::nullopt;
  return name;
}

bool IsUnfinished(std::string_view file) {
  const size_t end = file.find(kEnding);
  return end != std::string_view::npos && file.ends_with(kUnfinished) &&
         ParseFileName(file.substr(0, end + kEnding.size()));
}

}  // namespace paceline
