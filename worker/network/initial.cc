#include "worker/network/initial.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/noise/truncated_normal.h"
#include "worker/network/inputs.h"

namespace paceline {
namespace {

struct Initial {
  v1::Initializer initializer;
  double scale;
};

void FillScaledNormals(const Stream& stream, double deviation, std::span<float> out) {
  FillNormals(stream, 0, out);
  for (float& value : out) value = static_cast<float>(deviation * value);
}

void FillWithin(const Stream& stream, double bound, std::span<float> out) {
  std::vector<uint32_t> words(out.size());
  FillWords(stream, 0, words);
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>(bound * (2 * (words[i] * 0x1p-32) - 1));
  }
}

void FillParametric(const Initial& initial, const ParameterTensor& tensor, const Stream& stream,
                    std::span<float> out) {
  const int64_t columns = tensor.shape.back();
  const int64_t rows = static_cast<int64_t>(tensor.size) / columns;
  const auto inputs = static_cast<double>(rows);
  switch (initial.initializer) {
    case v1::INITIALIZER_ORTHOGONAL:
      return FillOrthogonal(stream, rows, columns, initial.scale, out);
    case v1::INITIALIZER_UNIFORM:
      return FillWithin(stream, initial.scale * std::sqrt(3 / inputs), out);
    case v1::INITIALIZER_NORMAL:
      return FillScaledNormals(stream, std::sqrt(initial.scale / inputs), out);
    case v1::INITIALIZER_VARIANCE_UNIFORM:
      return FillWithin(stream, std::sqrt(3 * initial.scale / inputs), out);
    case v1::INITIALIZER_STANDARD:
    case v1::INITIALIZER_ANY:
    case v1::INITIALIZER_UNSPECIFIED:
    case v1::Initializer_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Initializer_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  FillTruncatedNormals(stream, 1 / std::sqrt(inputs), out);
}

Initial Resolve(const Network& network, const TensorInit& init, std::span<const float> episode) {
  if (init.kind_choice < 0) return {init.initializer, init.scale};
  const NetworkChoice& choice = network.choices[static_cast<size_t>(init.kind_choice)];
  const int option = ChosenOption(network, episode, init.kind_choice);
  return {static_cast<v1::Initializer>(choice.options[static_cast<size_t>(option)]),
          ChosenNumber(network, episode, init.scale_choice)};
}

void FillIdentity(int64_t columns, std::span<float> out) {
  std::ranges::fill(out, 0.0f);
  for (size_t i = 0; i < out.size(); i += static_cast<size_t>(columns) + 1) out[i] = 1;
}

void FillTensor(const Network& network, size_t t, const Stream& stream,
                std::span<const float> episode, std::span<float> out) {
  const TensorInit& init = network.inits[t];
  switch (init.kind) {
    case InitKind::kZeros:
      std::ranges::fill(out, 0.0f);
      return;
    case InitKind::kOnes:
      std::ranges::fill(out, 1.0f);
      return;
    case InitKind::kNormal:
      return FillScaledNormals(stream, init.scale, out);
    case InitKind::kTruncatedNormal:
      return FillTruncatedNormals(stream, init.scale, out);
    case InitKind::kUniform:
      return FillWithin(stream, init.scale, out);
    case InitKind::kOrthogonal:
      return FillParametric({v1::INITIALIZER_ORTHOGONAL, init.scale}, network.tensors[t], stream,
                            out);
    case InitKind::kIdentity:
      return FillIdentity(network.tensors[t].shape.back(), out);
    case InitKind::kParametric:
      return FillParametric(Resolve(network, init, episode), network.tensors[t], stream, out);
  }
}

}  // namespace

void FillOrthogonal(const Stream& stream, int64_t rows, int64_t columns, double scale,
                    std::span<float> out) {
  // Vectors of the longer extent, as many as the shorter: [vector, element].
  const bool tall = rows >= columns;
  const auto length = static_cast<size_t>(tall ? rows : columns);
  const auto count = static_cast<size_t>(tall ? columns : rows);
  FillNormals(stream, 0, out);
  const auto at = [&](size_t vector, size_t i) -> float& {
    return tall ? out[i * count + vector] : out[vector * length + i];
  };
  std::vector<double> vectors(out.size());
  for (size_t v = 0; v < count; ++v) {
    double* own = &vectors[v * length];
    for (size_t i = 0; i < length; ++i) own[i] = at(v, i);
    // Once more against what rounding left.
    for (size_t pass = 0; pass < 2; ++pass) {
      for (size_t u = 0; u < v; ++u) {
        const double* other = &vectors[u * length];
        double along = 0;
        for (size_t i = 0; i < length; ++i) along += own[i] * other[i];
        for (size_t i = 0; i < length; ++i) own[i] -= along * other[i];
      }
    }
    double square = 0;
    for (size_t i = 0; i < length; ++i) square += own[i] * own[i];
    for (size_t i = 0; i < length; ++i) own[i] /= std::sqrt(square);
  }
  for (size_t v = 0; v < count; ++v) {
    for (size_t i = 0; i < length; ++i) {
      at(v, i) = static_cast<float>(scale * vectors[v * length + i]);
    }
  }
}

void FillInitial(const Network& network, const Stream& stream, std::span<const float> episode,
                 std::span<float> parameters) {
  Stream own = stream;
  for (size_t t = 0; t < network.tensors.size(); ++t) {
    own.step = static_cast<uint32_t>(t);
    FillTensor(network, t, own, episode,
               parameters.subspan(network.tensors[t].offset, network.tensors[t].size));
  }
}

}  // namespace paceline
