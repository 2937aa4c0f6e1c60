#include "common/base/sealed.h"

#include <fmt/format.h>

#include "common/base/digest.h"

namespace paceline {
namespace {

constexpr size_t kDigestSize = 64;

}  // namespace

std::string Seal(std::string_view name, std::string_view content) {
  std::string sealed(name);
  sealed += content;
  return sealed + Sha256Hex(sealed);
}

absl::StatusOr<std::string_view> Unseal(std::string_view name, std::string_view sealed) {
  const auto damaged = [&](std::string_view how) {
    return absl::DataLossError(fmt::format("bytes of {} are damaged: {}", name, how));
  };
  if (sealed.size() < name.size() + kDigestSize) {
    return damaged(fmt::format("{} are too few", sealed.size()));
  }
  const std::string_view signed_part = sealed.substr(0, sealed.size() - kDigestSize);
  if (Sha256Hex(signed_part) != sealed.substr(signed_part.size())) {
    return damaged("their checksum differs");
  }
  if (!signed_part.starts_with(name)) {
    return damaged(fmt::format("they are of {}", signed_part.substr(0, name.size())));
  }
  return signed_part.substr(name.size());
}

}  // namespace paceline
