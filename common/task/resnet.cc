#include "common/task/resnet.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "common/task/network_parts.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

// A bottleneck has so many times fewer channels inside, rounded down.
constexpr uint32_t kNarrowing = 4;

ImageUse Images(const v1::Resnet& task) {
  return {.dataset = task.dataset(), .size = task.size(), .options = task.images()};
}

bool IsV2(const v1::Resnet& task) { return task.version() == v1::RESNET_VERSION_V2; }

bool IsBottleneck(const v1::Resnet& task) { return !task.has_bottleneck() || task.bottleneck(); }

bool HasMaxPool(const v1::Resnet& task) { return !task.has_max_pool() || task.max_pool(); }

class Builder {
 public:
  Builder(NetworkBuilder& net, const v1::Resnet& task)
      : net_(net), task_(task), weights_(net, task.init(), task.init_scale()) {}

  // → [example, channel]
  Value Features(Value x) {
    x = Stem(x);
    for (int group = 0; group < task_.blocks_size(); ++group) {
      for (uint32_t block = 0; block < task_.blocks(group); ++block) {
        const std::string name =
            fmt::format("res_net/~/block_group_{}/~/block_{}/~/", group, block);
        const bool first = block == 0;
        const Layout layout = {.name = name,
                               .channels = task_.channels(group),
                               .stride = first && group > 0 ? 2 : 1,
                               .projects = first};
        x = IsV2(task_) ? BlockV2(layout, x) : BlockV1(layout, x);
      }
    }
    if (IsV2(task_)) x = Relu(BatchNormed(net_, "res_net/~/final_batchnorm", x));
    return net_.Mean(x, {1, 2});
  }

 private:
  struct Layout {
    std::string name;
    int64_t channels = 0, stride = 1;
    bool projects = false;  // the shortcut, to other channels or a smaller image
  };
  struct Convolution {
    int64_t kernel = 1, channels = 0, stride = 1;
  };

  Value Relu(Value x) { return net_.Activate(x, v1::ACTIVATION_RELU); }

  Value Conv(const std::string& name, const Convolution& conv, Value x,
             TensorKind kind = TensorKind::kHiddenWeights) {
    const Extents shape = {conv.kernel, conv.kernel, net_.Last(x), conv.channels};
    const Value w = net_.Parameter(name + "/w", shape, kind, weights_.Of(shape));
    return net_.Conv(x, w, {.size = conv.kernel, .stride = conv.stride});
  }

  Value Stem(Value x) {
    const Convolution conv = {task_.stem_kernel(), task_.stem_channels(), task_.stem_stride()};
    x = Conv("res_net/~/initial_conv", conv, x, TensorKind::kInputWeights);
    if (!IsV2(task_)) {
      x = net_.Activate(BatchNormed(net_, "res_net/~/initial_batchnorm", x), task_.activation());
    }
    return HasMaxPool(task_) ? net_.MaxPool(x, {.size = 3, .stride = 2}) : x;
  }

  std::vector<Convolution> Convolutions(const Layout& block) const {
    if (!IsBottleneck(task_)) {
      return {{3, block.channels, block.stride}, {3, block.channels, 1}};
    }
    const int64_t inside = block.channels / kNarrowing;
    return {{1, inside, 1}, {3, inside, block.stride}, {1, block.channels, 1}};
  }

  Value Projected(const Layout& block, Value x) {
    return Conv(block.name + "shortcut_conv", {1, block.channels, block.stride}, x);
  }

  // The last norm of a bottleneck begins at 0, so that the block is its shortcut.
  Value NormV1(const std::string& name, bool vanishes, Value x) {
    return BatchNormed(net_, name, x, vanishes ? InitKind::kZeros : InitKind::kOnes);
  }

  Value BlockV1(const Layout& block, Value x) {
    Value shortcut = x;
    if (block.projects) {
      shortcut = BatchNormed(net_, block.name + "shortcut_batchnorm", Projected(block, x));
    }
    const std::vector<Convolution> convolutions = Convolutions(block);
    for (size_t i = 0; i < convolutions.size(); ++i) {
      x = Conv(fmt::format("{}conv_{}", block.name, i), convolutions[i], x);
      x = NormV1(fmt::format("{}batchnorm_{}", block.name, i), i == 2, x);
      if (i + 1 < convolutions.size()) x = Relu(x);
    }
    return Relu(net_.Add(x, shortcut));
  }

  Value BlockV2(const Layout& block, Value x) {
    Value shortcut = x;
    const std::vector<Convolution> convolutions = Convolutions(block);
    for (size_t i = 0; i < convolutions.size(); ++i) {
      x = Relu(BatchNormed(net_, fmt::format("{}batchnorm_{}", block.name, i), x));
      if (i == 0 && block.projects) shortcut = Projected(block, x);
      x = Conv(fmt::format("{}conv_{}", block.name, i), convolutions[i], x);
    }
    return net_.Add(x, shortcut);
  }

  NetworkBuilder& net_;
  const v1::Resnet& task_;
  const Weights weights_;
};

// The library's fixed residual networks leave the loss as it is. Ours has a bound, which a loss
// that has diverged counts as: ten times that of guessing.
MetaLossRule MetaLoss(v1::MetaLoss rule, int64_t classes) {
  if (rule == v1::META_LOSS_PARAMETRIC) return ScaledMetaLoss(classes);
  return PlainMetaLoss(10 * std::log(static_cast<double>(classes)));
}

Network Build(const v1::Task& any) {
  const v1::Resnet& task = any.resnet();
  NetworkBuilder net(task.batch());
  const int64_t classes = DatasetFactsOf(Images(task)).classes;
  const LabelledImages inputs = ImageInputs(net, Images(task));
  const Value x = Builder(net, task).Features(inputs.images);
  const Value logits = Linear(net, "res_net/~/logits", x, classes, TensorKind::kOutputWeights, {});
  return net.Finish(ClassifierCrossEntropy(net, logits, inputs.labels),
                    MetaLoss(task.meta_loss(), classes));
}

std::optional<DataUse> Data(const v1::Task& task) { return Images(task.resnet()); }

std::string Text(const v1::Task& any) {
  const v1::Resnet& task = any.resnet();
  return fmt::format("{} {}blocks [{}], channels [{}], batch {}", IsV2(task) ? "v2" : "v1",
                     IsBottleneck(task) ? "bottleneck " : "", fmt::join(task.blocks(), ", "),
                     fmt::join(task.channels(), ", "), task.batch());
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  v1::Resnet& net = *scaled.mutable_resnet();
  const uint32_t step = IsBottleneck(net) ? kNarrowing : 1;
  for (uint32_t& channels : *net.mutable_channels()) {
    channels = step * Scaled(channels / step, numerator, denominator);
  }
  net.set_stem_channels(Scaled(net.stem_channels(), numerator, denominator));
  return scaled;
}

}  // namespace

const NetworkFamily kResnetFamily = {.article_and_name = "a resnet",
                                     .network = Build,
                                     .data = Data,
                                     .text = Text,
                                     .scaled = Widened};

}  // namespace paceline
