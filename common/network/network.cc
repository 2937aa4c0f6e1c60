#include "common/network/network.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace paceline {
namespace {

int64_t FloatsOf(const std::vector<NetworkDraw>& draws) {
  int64_t floats = 0;
  for (const NetworkDraw& draw : draws) floats += ElementsOf(draw.shape);
  return floats;
}

}  // namespace

int64_t ElementsOf(const Extents& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

int64_t Window::Out(int64_t in) const {
  if (padding == Padding::kSame) return (in + stride - 1) / stride;
  return in < size ? 0 : (in - size) / stride + 1;
}

int64_t Window::Before(int64_t in) const {
  if (padding == Padding::kValid) return 0;
  return std::max<int64_t>(0, (Out(in) - 1) * stride + size - in) / 2;
}

int64_t Window::After(int64_t in) const {
  if (padding == Padding::kValid) return 0;
  return std::max<int64_t>(0, (Out(in) - 1) * stride + size - in) - Before(in);
}

float MetaLossRule::operator()(float loss) const {
  double z = factor * loss;
  if (log) z = std::log(z + 1e-8);
  if (std::isnan(z) || (replaces_infinities && !std::isfinite(z))) z = high;
  return static_cast<float>(offset + slope * std::clamp(z, low, high));
}

float MetaLossRule::bound() const { return static_cast<float>(offset + slope * high); }

bool Network::makes_examples() const {
  return std::ranges::any_of(draws,
                             [](const NetworkDraw& draw) { return draw.kind == DrawKind::kMade; });
}

int64_t Network::draw_floats() const { return FloatsOf(draws); }

int64_t Network::episode_floats() const {
  return FloatsOf(episode_draws) + static_cast<int64_t>(choices.size());
}

}  // namespace paceline
