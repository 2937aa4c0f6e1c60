#include "worker/task/augment/augmenter.h"

#include <algorithm>
#include <array>

#include "common/task/task_draws.h"
#include "worker/task/augment/arithmetic.h"
#include "worker/task/batches.h"

namespace paceline {
namespace {

Stream StreamOf(const RunSeed& seed, int64_t step, Purpose purpose) {
  Stream stream = BatchStream(seed, step);
  stream.purpose = purpose;
  return stream;
}

// Normals of vector number `number` of a stream, each of which begins with a Philox block.
void FillVector(const Stream& stream, uint64_t number, std::span<float> out) {
  FillNormals(stream, number * ((out.size() + 3) / 4 * 4), out);
}

// Log-uniform numbers of a stream, one after the other.
void FillLogUniform(const Stream& stream, const LogRange& range, std::span<float> out) {
  constexpr size_t kPiece = 256;
  std::array<uint32_t, kPiece> words;
  for (size_t begin = 0; begin < out.size(); begin += kPiece) {
    const std::span<float> piece = out.subspan(begin, std::min(kPiece, out.size() - begin));
    FillWords(stream, begin, std::span(words).first(piece.size()));
    for (size_t i = 0; i < piece.size(); ++i) {
      piece[i] = static_cast<float>(range.At(words[i] * 0x1p-32));
    }
  }
}

size_t CountOf(const std::vector<ParameterTensor>& tensors) {
  return tensors.back().offset + tensors.back().size;
}

void Resize(size_t size, AlignedFloats& floats) {
  if (floats.size() != size) floats = AlignedFloats(size);
}

}  // namespace

AlignedFloats ScalesOf(const v1::Reparametrize& drawn, const std::vector<ParameterTensor>& tensors,
                       const RunSeed& seed) {
  AlignedFloats scales(CountOf(tensors));
  const Stream stream = StreamOf(seed, 0, Purpose::kAugmentScales);
  if (drawn.has_whole()) {
    std::ranges::fill(scales.span(), static_cast<float>(RangeOf(drawn.whole(), "scale").first));
  } else if (drawn.has_tensor()) {
    std::vector<float> of_tensors(tensors.size());
    FillLogUniform(stream, LogRange(RangeOf(drawn.tensor(), "scale")), of_tensors);
    for (size_t t = 0; t < tensors.size(); ++t) {
      std::ranges::fill(scales.span().subspan(tensors[t].offset, tensors[t].size), of_tensors[t]);
    }
  } else {
    FillLogUniform(stream, LogRange(RangeOf(drawn.element(), "scale")), scales.span());
  }
  return scales;
}

Augmenter::Augmenter(const v1::Augmentations& drawn, const std::vector<ParameterTensor>& tensors)
    : drawn_(drawn), tensors_(tensors) {}

std::span<const float> Augmenter::Weights(const RunSeed& seed, std::span<const float> parameters) {
  if (!drawn_.has_reparametrize()) return parameters;
  if (scales_.empty() || seed != scales_seed_) {
    scales_ = ScalesOf(drawn_.reparametrize(), tensors_, seed);
    scales_seed_ = seed;
  }
  Resize(parameters.size(), weights_);
  std::ranges::copy(parameters, weights_.span().begin());
  MultiplyBy(scales_.span(), weights_.span());
  return weights_.span();
}

float Augmenter::Reparametrized(const RunSeed& seed, const TaskLoss& task,
                                std::span<const float> parameters, std::span<float> gradient) {
  const float loss = task(Weights(seed, parameters), gradient);
  if (drawn_.has_reparametrize()) MultiplyBy(scales_.span(), gradient);
  return loss;
}

void Augmenter::EsGradient(const RunSeed& seed, int64_t step, const TaskLoss& task,
                           std::span<const float> parameters, std::span<float> gradient) {
  const double sigma = drawn_.es_gradient().sigma(0);
  const uint32_t pairs = drawn_.es_gradient().pairs(0);
  const Stream stream = StreamOf(seed, step, Purpose::kAugmentEs);
  const size_t count = parameters.size();
  for (AlignedFloats* floats : {&random_, &moved_, &of_moved_}) Resize(count, *floats);
  std::span<float> e = random_.span(), moved = moved_.span();
  std::ranges::fill(gradient, 0.0f);
  for (uint32_t pair = 0; pair < pairs; ++pair) {
    FillVector(stream, pair, e);
    MultiplyBy(static_cast<float>(sigma), e);
    for (size_t i = 0; i < count; ++i) moved[i] = parameters[i] + e[i];
    const float plus = Reparametrized(seed, task, moved, of_moved_.span());
    for (size_t i = 0; i < count; ++i) moved[i] = parameters[i] - e[i];
    const float minus = Reparametrized(seed, task, moved, of_moved_.span());
    AddEsPair(plus, minus, sigma, pairs, e, gradient);
  }
}

void Augmenter::SubsampleDirections(const RunSeed& seed, int64_t step, std::span<float> gradient) {
  const v1::SubsampledDirections& own = drawn_.subsampled_directions();
  const Stream stream = StreamOf(seed, step, Purpose::kAugmentDirections);
  for (AlignedFloats* floats : {&random_, &moved_}) Resize(gradient.size(), *floats);
  const std::span<float> sum = moved_.span();
  std::ranges::fill(sum, 0.0f);
  for (uint32_t i = 0; i < own.directions(0); ++i) {
    FillVector(stream, i, random_.span());
    AddProjection(gradient, random_.span(), own.sign() == 1, sum);
  }
  std::ranges::copy(sum, gradient.begin());
}

float Augmenter::LossAndGradient(const RunSeed& seed, int64_t step, const TaskLoss& task,
                                 std::span<const float> parameters, std::span<float> gradient) {
  const float loss = Reparametrized(seed, task, parameters, gradient);
  const bool stores = drawn_.has_storage() && drawn_.storage().of() != v1::STORED_PARAMETERS;
  if (stores) RoundAll(drawn_.storage().type(), gradient);
  if (drawn_.has_es_gradient()) EsGradient(seed, step, task, parameters, gradient);
  if (drawn_.has_subsampled_directions()) SubsampleDirections(seed, step, gradient);
  if (drawn_.has_normalized_gradient()) Normalize(gradient);
  if (drawn_.has_gradient_noise()) {
    Resize(gradient.size(), random_);
    FillVector(StreamOf(seed, step, Purpose::kAugmentNoise), 0, random_.span());
    AddNoise(drawn_.gradient_noise().scale(0), random_.span(), gradient);
  }
  if (drawn_.has_loss_scale()) {
    MultiplyBy(static_cast<float>(drawn_.loss_scale().factor(0)), gradient);
  }
  return loss;
}

}  // namespace paceline
