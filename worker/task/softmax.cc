#include "worker/task/softmax.h"

#include <algorithm>

#include "common/lane/math.h"
#include "worker/task/any_log.h"

namespace paceline {
namespace {

float ExpOf(float x) { return lane::Exp(lane::Scalar{x}).raw; }

}  // namespace

double SoftmaxCrossEntropy(std::span<const float> logits, std::span<const int32_t> labels,
                           std::span<float> gradient) {
  const size_t batch = labels.size();
  const size_t classes = logits.size() / batch;
  double total = 0;
  for (size_t n = 0; n < batch; ++n) {
    const std::span<const float> z = logits.subspan(n * classes, classes);
    const float highest = std::ranges::max(z);
    float sum = 0;
    for (const float value : z) sum += ExpOf(value - highest);
    total += AnyLog(sum) + (highest - z[labels[n]]);
    if (gradient.empty()) continue;
    for (size_t c = 0; c < classes; ++c) {
      const float probability = ExpOf(z[c] - highest) / sum;
      const float target = static_cast<int32_t>(c) == labels[n] ? 1.0f : 0.0f;
      gradient[n * classes + c] = (probability - target) / static_cast<float>(batch);
    }
  }
  return total / static_cast<double>(batch);
}

BatchScore SoftmaxScore(std::span<const float> logits, std::span<const int32_t> labels) {
  const size_t classes = logits.size() / labels.size();
  size_t wrong = 0;
  for (size_t n = 0; n < labels.size(); ++n) {
    const auto row = logits.subspan(n * classes, classes);
    const auto predicted = std::ranges::max_element(row) - row.begin();
    if (predicted != labels[n]) ++wrong;
  }
  return {.loss = static_cast<float>(SoftmaxCrossEntropy(logits, labels, {})),
          .error = static_cast<float>(wrong) / static_cast<float>(labels.size())};
}

}  // namespace paceline
