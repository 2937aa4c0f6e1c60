// Until when a certificate is good.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace paceline {

// Unix time, in seconds, at which the first certificate of the PEM file expires. Errors of
// ReadFile; InvalidArgument if it holds none.
absl::StatusOr<int64_t> CertificateExpiry(const std::string& path);

}  // namespace paceline
