#include "worker/data/own_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "common/noise/streams.h"
#include "paceline/data_set.h"
#include "worker/plugin/counted_random.h"

namespace paceline {
namespace {

enum class File : uint32_t { kTrain, kTest };

// The same for all jobs: that of a block that none has.
Stream StreamOf(File file) {
  return {.purpose = Purpose::kTaskSample,
          .particle = kMaxParticles - 1,
          .step = static_cast<uint32_t>(file)};
}

// One data set of one plug-in.
class OwnSet {
 public:
  OwnSet(const v1::OwnImages& config, const LoadedPlugin& plugin)
      : config_(config), plugin_(plugin) {}

  absl::StatusOr<RawDataSet> Read() const {
    const auto& sets = plugin_.contents->data_sets;
    const auto entry =
        std::ranges::find(sets, config_.name(), [](const auto& e) { return e.name; });
    if (entry == sets.end()) return plugin_.NoSuch("data set", config_.name());
    try {
      const std::unique_ptr<const plugin::DataSet> set = entry->make();
      if (set == nullptr) return Wrong("cannot be made: there is none");
      absl::StatusOr<LabelledImages> train = Read(*set, File::kTrain);
      if (!train.ok()) return train.status();
      absl::StatusOr<LabelledImages> test = Read(*set, File::kTest);
      if (!test.ok()) return test.status();
      return RawDataSet{*std::move(train), *std::move(test), config_.classes()};
    } catch (const std::exception& error) {
      return Wrong(fmt::format("throws: {}", error.what()));
    } catch (...) {
      return Wrong("throws something that is no std::exception");
    }
  }

 private:
  absl::Status Wrong(const std::string& what) const {
    return absl::InvalidArgumentError(
        fmt::format("data set {} of plug-in {} {}", config_.name(), plugin_.Label(), what));
  }

  absl::StatusOr<LabelledImages> Read(const plugin::DataSet& set, File file) const {
    const bool train = file == File::kTrain;
    CountedRandom random(StreamOf(file));
    auto own = std::make_shared<plugin::Images>(train ? set.Train(random) : set.Test(random));
    const std::string noun = train ? "training images" : "test images";
    if (absl::Status status = Check(*own, noun); !status.ok()) return status;
    LabelledImages images;
    images.labels = std::move(own->labels);
    images.images.name =
        fmt::format("{} of data set {} of plug-in {}", noun, config_.name(), plugin_.Label());
    images.images.shape = {images.count(), config_.height(), config_.width(), config_.channels()};
    images.images.bytes = {reinterpret_cast<const char*>(own->pixels.data()), own->pixels.size()};
    images.images.owner = std::move(own);
    return images;
  }

  absl::Status Check(const plugin::Images& own, const std::string& noun) const {
    if (own.height != config_.height() || own.width != config_.width() ||
        own.channels != config_.channels()) {
      return Wrong(fmt::format("has {} of {} x {} x {}; images.own says {} x {} x {}", noun,
                               own.height, own.width, own.channels, config_.height(),
                               config_.width(), config_.channels()));
    }
    const uint64_t pixels = uint64_t{config_.height()} * config_.width() * config_.channels();
    if (own.pixels.size() != own.labels.size() * pixels) {
      return Wrong(fmt::format("has {} with {} labels and {} pixels; {} are expected", noun,
                               own.labels.size(), own.pixels.size(), own.labels.size() * pixels));
    }
    const auto wrong = std::ranges::find_if(own.labels, [this](int32_t label) {
      return label < 0 || label >= static_cast<int32_t>(config_.classes());
    });
    if (wrong == own.labels.end()) return absl::OkStatus();
    return Wrong(fmt::format("has {} with the label {}; expected 0 to {}", noun, *wrong,
                             config_.classes() - 1));
  }

  const v1::OwnImages& config_;
  const LoadedPlugin& plugin_;
};

}  // namespace

absl::StatusOr<RawDataSet> ReadOwnImages(const v1::OwnImages& config, const PluginTable& plugins) {
  const absl::StatusOr<const LoadedPlugin*> plugin = plugins.Find(config.plugin());
  if (!plugin.ok()) return plugin.status();
  return OwnSet(config, **plugin).Read();
}

}  // namespace paceline
