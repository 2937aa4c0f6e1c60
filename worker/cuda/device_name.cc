#include "worker/cuda/device_name.h"

#include <charconv>
#include <string>

#include "absl/strings/str_cat.h"

namespace paceline::cuda {

absl::StatusOr<DeviceName> ParseDeviceName(std::string_view text) {
  constexpr std::string_view kCuda = "cuda";
  if (text == "cpu") return DeviceName{};
  if (text == kCuda) return DeviceName{.is_cuda = true};
  if (text.starts_with("cuda:")) {
    const std::string_view digits = text.substr(kCuda.size() + 1);
    int index = -1;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), index);
    if (error == std::errc() && end == digits.end() && digits.front() != '-') {
      return DeviceName{.is_cuda = true, .index = index};
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no device '", std::string(text), "': give cpu, cuda or cuda:N"));
}

}  // namespace paceline::cuda
