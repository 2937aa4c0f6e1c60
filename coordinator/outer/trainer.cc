#include "coordinator/outer/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/base/digest.h"
#include "common/base/sealed.h"
#include "coordinator/outer/clip.h"
#include "coordinator/outer/schedule.h"

namespace paceline {
namespace {

constexpr std::string_view kName = "plouter2";

// Index of the first value that is not finite; the size if there is none.
size_t FirstNotFinite(std::span<const float> values) {
  const auto found = std::ranges::find_if(values, [](float x) { return !std::isfinite(x); });
  return static_cast<size_t>(found - values.begin());
}

double Distance(std::span<const float> a, std::span<const float> b) {
  double squares = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - b[i];
    squares += difference * difference;
  }
  return std::sqrt(squares);
}

absl::Status CheckGradient(std::span<const float> gradient, std::span<const float> theta,
                           size_t parameters, int64_t step) {
  if (gradient.size() != parameters || theta.size() != parameters) {
    return absl::InvalidArgumentError(
        fmt::format("outer step {}: the gradient has {} values and θ {}; both should have {}", step,
                    gradient.size(), theta.size(), parameters));
  }
  const size_t bad = FirstNotFinite(gradient);
  if (bad == gradient.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "outer step {}: element {} of the gradient is {}, not finite", step, bad, gradient[bad]));
}

}  // namespace

OuterTrainer::OuterTrainer(const v1::Outer& config, const std::vector<size_t>& leaf_sizes)
    : config_(config),
      parameters_(std::accumulate(leaf_sizes.begin(), leaf_sizes.end(), size_t{0})),
      accumulate_(std::max(1u, config.accumulate())),
      optimizer_(MakeOuterOptimizer(config.optimizer(), leaf_sizes)),
      sum_(accumulate_ > 1 ? parameters_ : 0) {}

std::vector<float> OuterTrainer::Gather(std::span<const float> gradient) {
  std::vector<float> mean(gradient.begin(), gradient.end());
  for (size_t i = 0; i < sum_.size(); ++i) {
    sum_[i] += gradient[i];
    mean[i] = sum_[i] / static_cast<float>(accumulate_);
  }
  if ((steps_ + 1) % accumulate_ == 0) std::ranges::fill(sum_, 0.0f);
  ClipGradient(config_.clip(), mean);
  return mean;
}

absl::StatusOr<OuterStepInfo> OuterTrainer::Step(std::span<const float> gradient,
                                                 std::span<float> theta) {
  absl::Status status = CheckGradient(gradient, theta, parameters_, steps_);
  if (!status.ok()) return status;
  const std::vector<float> clipped = Gather(gradient);
  const int64_t updates = (steps_ + 1) / accumulate_;
  const double factor = ScheduleFactor(config_, std::max<int64_t>(0, updates - 1));
  std::vector<float> next(theta.begin(), theta.end());
  if ((steps_ + 1) % accumulate_ == 0) optimizer_->Apply(updates - 1, factor, clipped, next);
  if (const size_t bad = FirstNotFinite(next); bad != next.size()) {
    return absl::OutOfRangeError(
        fmt::format("outer step {}: the update makes element {} of θ {}; a smaller learning rate "
                    "or clipping may help",
                    steps_, bad, next[bad]));
  }
  const OuterStepInfo info = {
      .gradient_norm = Norm(gradient),
      .update_norm = Distance(next, theta),
      .learning_rate = updates == 0 ? 0 : optimizer_->learning_rate() * factor,
      .updates = updates};
  std::ranges::copy(next, theta.begin());
  ++steps_;
  return info;
}

std::string OuterTrainer::Save() const {
  std::string content;
  AppendNumber(content, steps_);
  AppendNumber(content, static_cast<int64_t>(config_.optimizer().kind_case()));
  AppendNumber(content, accumulate_);
  for (const std::vector<float>& moment : optimizer_->moments()) content += FloatsToBytes(moment);
  content += FloatsToBytes(sum_);
  return Seal(kName, content);
}

absl::Status OuterTrainer::Restore(std::string_view bytes) {
  absl::StatusOr<std::string_view> content = Unseal(kName, bytes);
  if (!content.ok()) return content.status();
  OuterOptimizer::Moments moments = optimizer_->moments();
  const size_t moment_bytes = sizeof(float) * parameters_;
  int64_t steps = 0, kind = 0, accumulate = 0;
  if (!TakeNumber(*content, steps) || !TakeNumber(*content, kind) ||
      !TakeNumber(*content, accumulate) || steps < 0 || accumulate != accumulate_ ||
      kind != config_.optimizer().kind_case() ||
      content->size() != moments.size() * moment_bytes + sizeof(float) * sum_.size()) {
    return absl::InvalidArgumentError(
        fmt::format("state of another outer optimizer: {} bytes and kind {}, for {} parameters",
                    bytes.size(), kind, parameters_));
  }
  for (std::vector<float>& moment : moments) {
    BytesToFloats(content->substr(0, moment_bytes), moment);
    content->remove_prefix(moment_bytes);
  }
  BytesToFloats(*content, sum_);
  steps_ = steps;
  optimizer_->set_moments(std::move(moments));
  return absl::OkStatus();
}

}  // namespace paceline
