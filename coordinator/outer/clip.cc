#include "coordinator/outer/clip.h"

#include <algorithm>
#include <cmath>

namespace paceline {
namespace {

void ClipElements(double limit, std::span<float> gradient) {
  const auto bound = static_cast<float>(limit);
  for (float& g : gradient) g = std::clamp(g, -bound, bound);
}

void ClipNorm(double limit, std::span<float> gradient) {
  const double norm = Norm(gradient);
  if (norm <= limit) return;
  const double scale = limit / norm;
  for (float& g : gradient) g = static_cast<float>(g * scale);
}

}  // namespace

double Norm(std::span<const float> values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * value;
  return std::sqrt(squares);
}

void ClipGradient(const v1::Clip& config, std::span<float> gradient) {
  switch (config.kind_case()) {
    case v1::Clip::kElement:
      return ClipElements(config.element(), gradient);
    case v1::Clip::kGlobalNorm:
      return ClipNorm(config.global_norm(), gradient);
    case v1::Clip::KIND_NOT_SET:
      return;
  }
}

}  // namespace paceline
