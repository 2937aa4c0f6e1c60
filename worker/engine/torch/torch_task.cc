#include "worker/engine/torch/torch_task.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "worker/task/image_mlp.h"
#include "worker/task/quadratic.h"

namespace paceline {
namespace {

bool SameEpisode(const RunSeed& a, const RunSeed& b) {
  return a.key == b.key && a.particle == b.particle && a.episode == b.episode;
}

class ImageMlpBatch : public TorchBatch {
 public:
  ImageMlpBatch(const ImageMlp& task, std::span<const RunSeed> seeds)
      : task_(task), seeds_(seeds.begin(), seeds.end()), chosen_(task.batch()) {
    const int64_t runs = static_cast<int64_t>(seeds.size());
    images_ = at::empty({runs, task.batch(), task.widths().front()}, at::kFloat);
    labels_ = at::empty({runs, task.batch()}, at::kLong);
  }

  void Fill(std::span<const int64_t> steps) override {
    float* images = images_.mutable_data_ptr<float>();
    int64_t* labels = labels_.mutable_data_ptr<int64_t>();
    const int64_t image_stride = images_.stride(0), label_stride = labels_.stride(0);
    for (size_t run = 0; run < steps.size();
         ++run, images += image_stride, labels += label_stride) {
      // The two signs of a particle have the same batch.
      if (run > 0 && steps[run] == steps[run - 1] && SameEpisode(seeds_[run], seeds_[run - 1])) {
        std::copy_n(images - image_stride, image_stride, images);
        std::copy_n(labels - label_stride, label_stride, labels);
      } else {
        FillRun(seeds_[run], steps[run], images, labels);
      }
    }
  }

  at::Tensor Losses(const std::vector<at::Tensor>& parameters) const override {
    return ImageMlpLosses(LayersOf(task_.parameters(), parameters), task_.activation(),
                          images_.to(parameters.front().scalar_type()), labels_,
                          static_cast<double>(task_.output_multiplier()));
  }

 private:
  void FillRun(const RunSeed& seed, int64_t step, float* images, int64_t* labels) {
    const Examples& train = task_.data().train;
    const size_t pixels = static_cast<size_t>(task_.widths().front());
    task_.BatchIndices(seed, step, chosen_);
    for (const uint32_t example : chosen_) {
      images = std::copy_n(train.images.data() + example * pixels, pixels, images);
      *labels++ = train.labels[example];
    }
  }

  const ImageMlp& task_;
  const std::vector<RunSeed> seeds_;
  std::vector<uint32_t> chosen_;  // [example]
  at::Tensor images_;             // [run, example, pixel]
  at::Tensor labels_;             // [run, example]
};

class QuadraticBatch : public TorchBatch {
 public:
  QuadraticBatch(const Quadratic& task, std::span<const RunSeed> seeds)
      : kind_(task.kind()),
        targets_(at::zeros(
            {static_cast<int64_t>(seeds.size()), static_cast<int64_t>(task.parameter_count())},
            at::kFloat)) {
    float* row = targets_.mutable_data_ptr<float>();
    for (const RunSeed& seed : seeds) {
      std::ranges::copy(task.Target(seed), row);
      row += task.parameter_count();
    }
  }

  void Fill(std::span<const int64_t>) override {}
  at::Tensor Losses(const std::vector<at::Tensor>& parameters) const override {
    return QuadraticLosses(kind_, parameters.at(0), targets_.to(parameters.at(0).scalar_type()));
  }

 private:
  v1::QuadraticKind kind_;
  at::Tensor targets_;  // [run, dimension]
};

}  // namespace

absl::StatusOr<std::unique_ptr<TorchBatch>> MakeTorchBatch(const v1::Task& config, const Task& task,
                                                           std::span<const RunSeed> seeds) {
  if (const auto* image_mlp = dynamic_cast<const ImageMlp*>(&task); image_mlp != nullptr) {
    return std::make_unique<ImageMlpBatch>(*image_mlp, seeds);
  }
  if (const auto* quadratic = dynamic_cast<const Quadratic*>(&task); quadratic != nullptr) {
    return std::make_unique<QuadraticBatch>(*quadratic, seeds);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the torch engine runs image_mlp and quadratic tasks, not kind ",
                   static_cast<int>(config.kind_case())));
}

}  // namespace paceline
