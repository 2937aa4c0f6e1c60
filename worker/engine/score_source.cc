#include "worker/engine/score_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/aligned_floats.h"
#include "worker/engine/gradient_source.h"
#include "worker/kernels/mlp.h"
#include "worker/network/fused/fused_network.h"
#include "worker/task/augment/augmented_task.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/network/network_task.h"

namespace paceline {
namespace {

class PlainScores : public ScoreSource {
 public:
  explicit PlainScores(const Task& task) : task_(task) {}
  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) override {
    return task_.Score(seed, batch, parameters);
  }
  SplitScore Evaluate(const RunSeed& seed, Split split,
                      std::span<const float> parameters) override {
    return task_.Evaluate(seed, parameters, split, 0);
  }

 private:
  const Task& task_;
};

// Sums over a split's batches.
struct SplitTotal {
  double loss = 0, wrong = 0, examples = 0;

  // Of examples from number `begin` on.
  void Add(const ImageMlp& task, const kernels::MlpKernel& kernel, const Examples& all,
           size_t begin, size_t count, std::span<const float> parameters,
           std::span<float> scratch) {
    const size_t inputs = all.images.size() / all.count();
    AlignedFloats images(count * inputs);
    std::copy_n(all.images.data() + begin * inputs, count * inputs, images.data());
    task.ChangeImages(images.span());
    const std::vector<int32_t> labels(all.labels.data() + begin, all.labels.data() + begin + count);
    const kernels::MlpScore score = kernel.Score(images.span(), labels, parameters, scratch);
    loss += static_cast<double>(score.loss) * static_cast<double>(count);
    wrong += static_cast<double>(score.wrong);
    examples += static_cast<double>(count);
  }
  SplitScore Mean() const { return {.loss = loss / examples, .error = wrong / examples}; }
};

class ImageMlpScores : public ScoreSource {
 public:
  ImageMlpScores(const ImageMlp& task, lane::Target target)
      : task_(task),
        target_(target),
        kernel_(KernelShape(task), target),
        indices_(task.batch()),
        labels_(task.batch()),
        images_(task.batch() * static_cast<size_t>(task.widths().front())),
        scratch_(kernel_.scratch_size()) {}

  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) override {
    if (!drawn_ || seed != drawn_seed_ || batch != drawn_batch_) Draw(seed, batch);
    const kernels::MlpScore score =
        kernel_.Score(images_.span(), labels_, parameters, scratch_.span());
    return {.loss = score.loss,
            .error = static_cast<float>(score.wrong) / static_cast<float>(labels_.size())};
  }
  // In batches of the task's own size, and one more of what is left over.
  SplitScore Evaluate(const RunSeed&, Split split, std::span<const float> parameters) override {
    const Examples& all = task_.ExamplesOf(split);
    const size_t batch = labels_.size();
    SplitTotal total;
    size_t begin = 0;
    for (; begin + batch <= all.count(); begin += batch) {
      total.Add(task_, kernel_, all, begin, batch, parameters, scratch_.span());
    }
    if (begin < all.count()) {
      kernels::MlpShape shape = KernelShape(task_);
      shape.batch = static_cast<int>(all.count() - begin);
      const kernels::MlpKernel rest(shape, target_);
      AlignedFloats scratch(rest.scratch_size());
      total.Add(task_, rest, all, begin, all.count() - begin, parameters, scratch.span());
    }
    drawn_ = false;
    return total.Mean();
  }

 private:
  void Draw(const RunSeed& seed, const FreshBatch& batch) {
    const Examples& all = task_.ExamplesOf(batch.split);
    const auto inputs = static_cast<size_t>(task_.widths().front());
    task_.BatchIndices(seed, batch, indices_);
    for (size_t b = 0; b < indices_.size(); ++b) {
      std::copy_n(all.images.data() + indices_[b] * inputs, inputs, images_.data() + b * inputs);
      labels_[b] = all.labels[indices_[b]];
    }
    task_.ChangeImages(images_.span());
    drawn_ = true;
    drawn_seed_ = seed;
    drawn_batch_ = batch;
  }

  const ImageMlp& task_;
  const lane::Target target_;
  kernels::MlpKernel kernel_;
  std::vector<uint32_t> indices_;  // [batch]
  std::vector<int32_t> labels_;    // [batch]
  AlignedFloats images_;           // [batch, inputs]
  AlignedFloats scratch_;
  bool drawn_ = false;
  RunSeed drawn_seed_;
  FreshBatch drawn_batch_;
};

class NetworkScores : public ScoreSource {
 public:
  NetworkScores(const NetworkTask& task, lane::Target target)
      : task_(task), network_(task.network(), target), scratch_(network_.scratch_size()) {}

  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) override {
    const bool new_episode = !drawn_ || seed != drawn_seed_;
    if (new_episode) task_.FillEpisodeInputs(seed, inputs_);
    if (new_episode || batch != drawn_batch_) task_.FillStepInputs(seed, batch, inputs_);
    drawn_ = true;
    drawn_seed_ = seed;
    drawn_batch_ = batch;
    const NetworkScore score = network_.Score(inputs_, parameters, scratch_.span());
    return {.loss = score.loss, .error = score.error};
  }
  SplitScore Evaluate(const RunSeed& seed, Split split,
                      std::span<const float> parameters) override {
    return task_.Evaluate(seed, parameters, split, 0);
  }

 private:
  const NetworkTask& task_;
  const FusedNetwork network_;
  AlignedFloats scratch_;
  // Of the batch below.
  NetworkInputs inputs_;
  bool drawn_ = false;
  RunSeed drawn_seed_;
  FreshBatch drawn_batch_;
};

// Of the base's weights.
class AugmentedScores : public ScoreSource {
 public:
  AugmentedScores(const AugmentedTask& task, std::unique_ptr<ScoreSource> base)
      : base_(std::move(base)), augmenter_(task.NewAugmenter()) {}

  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) override {
    return base_->Score(seed, batch, augmenter_.Weights(seed, parameters));
  }
  SplitScore Evaluate(const RunSeed& seed, Split split,
                      std::span<const float> parameters) override {
    return base_->Evaluate(seed, split, augmenter_.Weights(seed, parameters));
  }

 private:
  const std::unique_ptr<ScoreSource> base_;
  Augmenter augmenter_;
};

}  // namespace

std::unique_ptr<ScoreSource> MakePlainScores(const Task& task) {
  if (const AugmentedTask* augmented = task.augmented(); augmented != nullptr) {
    return std::make_unique<AugmentedScores>(*augmented, MakePlainScores(augmented->base()));
  }
  return std::make_unique<PlainScores>(task);
}

std::unique_ptr<ScoreSource> MakeKernelScores(const Task& task, lane::Target target) {
  if (const AugmentedTask* augmented = task.augmented(); augmented != nullptr) {
    return std::make_unique<AugmentedScores>(*augmented,
                                             MakeKernelScores(augmented->base(), target));
  }
  if (const ImageMlp* mlp = task.fused_program(); mlp != nullptr) {
    return std::make_unique<ImageMlpScores>(*mlp, target);
  }
  if (const NetworkTask* network = task.network_task(); network != nullptr) {
    return std::make_unique<NetworkScores>(*network, target);
  }
  return MakePlainScores(task);
}

}  // namespace paceline
