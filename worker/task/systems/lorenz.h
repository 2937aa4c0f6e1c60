// Two parameters of the Lorenz system fitted to a trajectory (O. Li et al., "Noise-reuse in online
// evolution strategies", NeurIPS 2023): θ = (ln a, ln r), Euler's method, loss (z − z*)² beside the
// system of a = 10, r = 28 from the same state.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "common/noise/streams.h"
#include "worker/task/systems/dual.h"
#include "worker/task/task.h"

namespace paceline {

class Lorenz {
 public:
  static constexpr size_t kState = 6;  // x, y, z; x*, y*, z*
  static constexpr size_t kTheta = 2;
  static constexpr float kBound = 1e6f;
  static constexpr double kStep = 0.005, kB = 8.0 / 3;
  static constexpr double kTrueA = 10, kTrueR = 28;

  explicit Lorenz(double initial_noise) : initial_noise_(initial_noise) {}

  void Begin(const RunSeed& seed, std::span<double> state) const {
    std::array<float, 3> normals{};
    FillNormals({.key = seed.key,
                 .purpose = Purpose::kTaskInit,
                 .particle = seed.particle,
                 .episode = seed.episode},
                0, normals);
    constexpr double kStart[] = {1.2, 1.3, 1.6};
    for (size_t i = 0; i < 3; ++i) {
      state[i] = state[i + 3] = kStart[i] + initial_noise_ * static_cast<double>(normals[i]);
    }
  }

  template <class N>
  struct Parameters {
    N a, r;
  };
  template <class N>
  Parameters<N> Prepare(std::span<const N> theta) const {
    return {Exp(theta[0]), Exp(theta[1])};
  }
  template <class N>
  void Step(const Parameters<N>& parameters, int64_t, std::span<N> state) const {
    Move<N>(parameters.a, parameters.r, state.first(3));
    Move<N>(kTrueA, kTrueR, state.last(3));
  }
  template <class N>
  N Loss(int64_t, std::span<const N> state) const {
    const N distance = state[2] - state[5];
    return distance * distance;
  }

 private:
  template <class N>
  static void Move(const N& a, const N& r, std::span<N> s) {
    const N x = s[0], y = s[1], z = s[2];
    s[0] = x + kStep * (a * (y - x));
    s[1] = y + kStep * (x * (r - z) - y);
    s[2] = z + kStep * (x * y - kB * z);
  }

  const double initial_noise_;
};

}  // namespace paceline
