// The scalars of one outer step as bytes: a format number, then 21 bytes a particle, little endian.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/estimator/gradient.h"

namespace paceline {

std::string EncodeScalars(std::span<const ParticleScalars> particles);
// The same bits again. DataLoss if these are not the bytes that EncodeScalars writes.
absl::StatusOr<std::vector<ParticleScalars>> DecodeScalars(std::string_view bytes);

}  // namespace paceline
