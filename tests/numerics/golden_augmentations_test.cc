// Augmentations against the numbers of google/learned_optimization: every aug_*.safetensors of the
// golden folder, around the MLP by its plain loops and by SIMD. All that is drawn is the file's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/task/augment.h"
#include "common/task/families.h"
#include "tests/testing/golden.h"
#include "tests/testing/targets.h"
#include "worker/engine/gradient_source.h"
#include "worker/kernels/mlp.h"
#include "worker/task/augment/arithmetic.h"
#include "worker/task/augment/delay_line.h"

namespace paceline {
namespace {

using testing::GoldenFile;

struct Tolerance {
  double loss = 1e-6, gradient = 2e-6;  // relative; of the tensor's largest element
};

using Floats = std::vector<float>;

// One of the tiers' losses on some rows.
using LossOfRows =
    std::function<float(std::span<const float> images, std::span<const int32_t> labels,
                        std::span<const float> point, std::span<float> gradient)>;

// A file and one tier's MLP.
class Subject {
 public:
  Subject(const GoldenFile& file, std::string tier, const SoftmaxMlp& mlp, LossOfRows loss)
      : file_(file), tier_(std::move(tier)), mlp_(mlp), loss_(std::move(loss)) {}

  const GoldenFile& file() const { return file_; }
  size_t count() const { return mlp_.parameters().back().offset + mlp_.parameters().back().size; }
  size_t rows() const { return file_.config.at("image").at(0).get<size_t>(); }

  // Row `row` of a group's tensors, side by side; all of them if they have no rows.
  Floats Flat(const std::string& group, size_t row = 0) const {
    Floats flat(count(), NAN);
    for (const ParameterTensor& tensor : mlp_.parameters()) {
      const std::span<const float> values = file_.at(group + "/" + tensor.name).f32();
      std::copy_n(values.data() + row * tensor.size, tensor.size, flat.data() + tensor.offset);
    }
    return flat;
  }

  // Of row `step` of the batches, so many examples.
  float Loss(std::span<const float> point, std::span<float> gradient, size_t examples,
             size_t step = 0) const {
    const size_t pixels = static_cast<size_t>(mlp_.widths().front());
    const auto images = file_.at("batch/image").f32().subspan(step * rows() * pixels);
    const auto labels = file_.at("batch/label").i32().subspan(step * rows());
    return loss_(images.first(examples * pixels), labels.first(examples), point, gradient);
  }
  float Loss(std::span<const float> point, std::span<float> gradient) const {
    return Loss(point, gradient, rows());
  }

  void Compare(double loss, std::span<const float> gradient, const Tolerance& allowed,
               size_t row = 0) const {
    const double expected = file_.at("loss64").f64()[row];
    const double of_loss = std::abs(loss - expected) / std::abs(expected);
    EXPECT_LE(of_loss, allowed.loss);
    double worst = 0;
    for (const ParameterTensor& tensor : mlp_.parameters()) {
      const auto own = gradient.subspan(tensor.offset, tensor.size);
      const auto from = file_.at("grad64/" + tensor.name).f64().subspan(row * tensor.size);
      double largest = 0, difference = 0;
      for (size_t i = 0; i < own.size(); ++i) {
        difference = std::max(difference, std::abs(own[i] - from[i]));
        EXPECT_TRUE(std::isfinite(own[i]));
        largest = std::max(largest, std::abs(from[i]));
      }
      EXPECT_LE(difference, allowed.gradient * largest) << tensor.name;
      worst = std::max(worst, difference / largest);
    }
    fmt::print("  {:<34} {:<9} loss {:.1e} (allowed {:.0e}), gradient {:.1e} (allowed {:.0e})\n",
               file_.name, tier_, of_loss, allowed.loss, worst, allowed.gradient);
  }

 private:
  const GoldenFile& file_;
  const std::string tier_;
  const SoftmaxMlp& mlp_;
  const LossOfRows loss_;
};

// The scale of a tensor stands for all of its elements.
Floats ScalesIn(const Subject& subject, const SoftmaxMlp& mlp, const std::string& level) {
  if (level == "parameter") return subject.Flat("scale");
  Floats scales(subject.count());
  for (const ParameterTensor& tensor : mlp.parameters()) {
    const std::string name = level == "global" ? "scale" : "scale/" + tensor.name;
    std::fill_n(scales.data() + tensor.offset, tensor.size, subject.file().at(name).f32()[0]);
  }
  return scales;
}

void CheckReparametrized(const Subject& subject, const SoftmaxMlp& mlp,
                         const testing::GoldenOptions& options) {
  const Floats scales = ScalesIn(subject, mlp, options.at("level"));
  Floats point = subject.Flat("param"), gradient(point.size());
  MultiplyBy(scales, point);
  const float loss = subject.Loss(point, gradient);
  MultiplyBy(scales, gradient);
  subject.Compare(loss, gradient, {});
}

// Its batch as the config of a task has it.
size_t ReducedBatch(size_t batch, double part) {
  v1::Task task;
  task.mutable_image_mlp()->set_batch(static_cast<uint32_t>(batch));
  for (int i = 0; i < 2; ++i) task.mutable_augment()->mutable_reduced_batch()->add_part(part);
  return BaseTaskOf(task).image_mlp().batch();
}

void CheckReducedBatch(const Subject& subject, const SoftmaxMlp&,
                       const testing::GoldenOptions& options) {
  const size_t rows = ReducedBatch(subject.rows(), options.at("fraction_of_batchsize"));
  EXPECT_EQ(static_cast<int32_t>(rows), subject.file().at("used_rows").i32()[0]);
  Floats gradient(subject.count());
  const float loss = subject.Loss(subject.Flat("param"), gradient, rows);
  subject.Compare(loss, gradient, {});
}

void CheckNormalized(const Subject& subject, const SoftmaxMlp&, const testing::GoldenOptions&) {
  Floats gradient(subject.count());
  const float loss = subject.Loss(subject.Flat("param"), gradient);
  Normalize(gradient);
  subject.Compare(loss, gradient, {});
}

void CheckDirections(const Subject& subject, const SoftmaxMlp&,
                     const testing::GoldenOptions& options) {
  Floats gradient(subject.count()), sum(subject.count());
  const float loss = subject.Loss(subject.Flat("param"), gradient);
  const bool sign = options.at("sign_direction");
  for (size_t i = 0; i < options.at("directions").get<size_t>(); ++i) {
    AddProjection(gradient, subject.Flat("direction", i), sign, sum);
  }
  subject.Compare(loss, sum, {});
}

void CheckEs(const Subject& subject, const SoftmaxMlp&, const testing::GoldenOptions& options) {
  const auto pairs = options.at("n_pairs").get<uint32_t>();
  const Floats point = subject.Flat("param");
  Floats gradient(point.size()), unused(point.size()), moved(point.size());
  for (uint32_t pair = 0; pair < pairs; ++pair) {
    const Floats e = subject.Flat("noise", pair);
    for (size_t i = 0; i < e.size(); ++i) moved[i] = point[i] + e[i];
    const float plus = subject.Loss(moved, unused);
    for (size_t i = 0; i < e.size(); ++i) moved[i] = point[i] - e[i];
    AddEsPair(plus, subject.Loss(moved, unused), options.at("std"), pairs, e, gradient);
  }
  subject.Compare(subject.Loss(point, unused), gradient, {.gradient = 1e-3});
}

// The library's D is max(1, D − 1) steps.
void CheckDelayed(const Subject& subject, const SoftmaxMlp&,
                  const testing::GoldenOptions& options) {
  const size_t steps = std::max<size_t>(1, options.at("delay_steps").get<size_t>() - 1);
  DelayLine line(steps, subject.Flat("param"));
  for (size_t step = 0; step < options.at("steps").get<size_t>(); ++step) {
    const Floats now = subject.Flat("param", step);
    Floats gradient(now.size());
    const auto number = static_cast<int64_t>(step);
    const float loss = subject.Loss(line.Before(number, now), gradient, subject.rows(), step);
    line.Push(number, now);
    subject.Compare(loss, gradient, {}, step);
  }
}

// The float64 numbers are of images in 16 bits, too, which ours leave as they are.
GoldenFile WithBf16Images(GoldenFile file) {
  Tensor& images = file.tensors.at("batch/image");
  Floats pixels(images.f32().begin(), images.f32().end());
  RoundAll(v1::STORAGE_TYPE_BF16, pixels);
  images.data.assign(reinterpret_cast<const char*>(pixels.data()), pixels.size() * sizeof(float));
  return file;
}

// Weights are stored in 16 bits, and the gradient is.
void CheckBf16(const Subject& subject, const SoftmaxMlp&, const testing::GoldenOptions&) {
  const Floats stored = subject.Flat("param");
  Floats point = stored, gradient(point.size());
  RoundAll(v1::STORAGE_TYPE_BF16, point);
  EXPECT_EQ(point, stored);
  const float loss = subject.Loss(point, gradient);
  subject.Compare(loss, gradient, {});
  RoundAll(v1::STORAGE_TYPE_BF16, gradient);
  subject.Compare(loss, gradient, {.loss = 5e-3, .gradient = 3e-2});
}

using Check = void (*)(const Subject&, const SoftmaxMlp&, const testing::GoldenOptions&);

const std::map<std::string, Check>& Checks() {
  static const std::map<std::string, Check> kChecks = {
      {"reparam", CheckReparametrized},
      {"reduced_batch", CheckReducedBatch},
      {"normalized_gradient", CheckNormalized},
      {"subsample_directions", CheckDirections},
      {"es", CheckEs},
      {"delayed_gradient", CheckDelayed},
      {"bfloat16", CheckBf16},
  };
  return kChecks;
}

LossOfRows KernelOf(const SoftmaxMlp& mlp, lane::Target target) {
  return [&mlp, target](std::span<const float> images, std::span<const int32_t> labels,
                        std::span<const float> point, std::span<float> gradient) {
    const ImageMlp task(std::make_shared<ImageData>(), mlp, static_cast<int>(labels.size()));
    const kernels::MlpKernel kernel(KernelShape(task), target);
    Floats scratch(kernel.scratch_size());
    return kernel.LossAndGradient(images, labels, point, gradient, scratch);
  };
}

TEST(GoldenAugmentations, LossAndGradientAreThoseOfTheLibrary) {
  testing::CheckGoldenFiles("task_augmentation", [](const GoldenFile& given) -> std::string {
    const bool bf16 = given.config.at("augmentation") == "bfloat16";
    const GoldenFile file = bf16 ? WithBf16Images(given) : given;
    const testing::GoldenOptions options(file.config);
    const auto check = Checks().find(options.at("augmentation"));
    if (check == Checks().end()) return "augmentation " + std::string(options.at("augmentation"));
    EXPECT_EQ(options.at("task"), "image_mlp");
    EXPECT_EQ(options.at("activation"), "relu");
    const auto image = options.at("image").get<std::vector<int>>();
    std::vector<int> widths = {image[1] * image[2] * image[3]};
    for (const auto& width : options.at("hidden_sizes")) widths.push_back(width.get<int>());
    widths.push_back(options.at("num_classes").get<int>());
    const SoftmaxMlp mlp(widths, v1::ACTIVATION_RELU);
    const LossOfRows loops = [&mlp](auto images, auto labels, auto point, auto gradient) {
      return mlp.LossAndGradient(images, labels, point, gradient);
    };
    check->second({file, "reference", mlp, loops}, mlp, options);
    for (const lane::Target target : testing::RunnableTargets()) {
      check->second({file, lane::TargetName(target), mlp, KernelOf(mlp, target)}, mlp, options);
    }
    return options.Unread();
  });
}

}  // namespace
}  // namespace paceline
