#include "worker/data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <variant>

#include "common/task/data_use.h"
#include "worker/data/array_folder.h"
#include "worker/data/cifar.h"
#include "worker/data/digits.h"
#include "worker/data/fashion_mnist.h"
#include "worker/data/image_data.h"
#include "worker/data/mnist.h"
#include "worker/data/own_images.h"

namespace paceline {
namespace {

// Below the root, unless it is absolute.
std::string FolderOf(const std::string& root, const std::string& path) {
  return path.starts_with('/') ? path : fmt::format("{}/{}", root, path);
}

absl::StatusOr<RawDataSet> Read(const ImageUse& use, const std::string& root,
                                const PluginTable& plugins) {
  const DatasetFacts facts = DatasetFactsOf(use);
  switch (use.dataset) {
    case v1::DATASET_FASHION_MNIST:
      return ReadFashionMnist(root, facts);
    case v1::DATASET_MNIST:
      return ReadMnist(root, facts);
    case v1::DATASET_CIFAR10:
      return ReadCifar10(root, facts);
    case v1::DATASET_CIFAR100:
      return ReadCifar100(root, facts);
    case v1::DATASET_DIGITS:
      return ReadDigits(root, facts);
    case v1::DATASET_IMAGENET16:
    case v1::DATASET_IMAGENET32:
    case v1::DATASET_IMAGENET64:
    case v1::DATASET_SVHN:
    case v1::DATASET_FOOD101:
    case v1::DATASET_FOLDER:
      return ReadArrayFolder(FolderOf(root, facts.name), facts);
    case v1::DATASET_OWN:
      return ReadOwnImages(use.options.own(), plugins);
    case v1::DATASET_UNSPECIFIED:
    case v1::Dataset_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Dataset_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return absl::InvalidArgumentError("no data set is named");
}

// What data.proto and task.proto demand of every use, for programs that reach here without a
// config.
absl::Status Check(const ImageUse& use) {
  constexpr uint32_t kLargest = 4096;
  const DatasetFacts facts = DatasetFactsOf(use);
  const bool described = use.dataset == v1::DATASET_FOLDER || use.dataset == v1::DATASET_OWN;
  const bool known = described || facts.channels != 0;
  if (!known) {
    return absl::InvalidArgumentError(fmt::format(
        "data set {} is unknown; data.proto names those known", static_cast<int>(use.dataset)));
  }
  if (facts.name.empty() || facts.height == 0 || facts.width == 0 || facts.channels == 0 ||
      facts.classes < 2) {
    return absl::InvalidArgumentError(
        "a data set `folder` needs images.folder with path, height, width, channels and classes, "
        "and "
        "`own` needs images.own with a name in place of the path");
  }
  const std::vector<int64_t> shape = ImageShape(use);
  if (shape[0] > kLargest || shape[1] > kLargest || shape[2] > kLargest) {
    return absl::InvalidArgumentError(
        fmt::format("images of {} x {} x {} are asked for; none of these may exceed {}", shape[0],
                    shape[1], shape[2], kLargest));
  }
  return absl::OkStatus();
}

// Two uses are the same if this is.
std::string KeyOf(const ImageUse& use) {
  v1::ImageOptions options = use.options;
  options.set_stack_channels(std::max(1u, options.stack_channels()));
  return fmt::format("{} {} {}", static_cast<int>(use.dataset), use.size,
                     options.SerializeAsString());
}

absl::StatusOr<std::shared_ptr<const ImageData>> Load(const ImageUse& use, const std::string& root,
                                                      const PluginTable& plugins) {
  const absl::StatusOr<RawDataSet> raw = Read(use, root, plugins);
  if (!raw.ok()) return raw.status();
  return MakeImageData(*raw, use);
}

std::string DigestName(const ImageUse& use) {
  const std::string name = DatasetFactsOf(use).name;
  if (use.dataset == v1::DATASET_FOLDER) return "folder " + name;
  // Two plug-ins may call theirs alike.
  return use.dataset == v1::DATASET_OWN
             ? fmt::format("own {} {}", name, use.options.own().plugin().digest().substr(0, 16))
             : name;
}

// Names are those in a config.
struct Digester {
  DataStore& store;

  absl::StatusOr<DataDigest> operator()(const ImageUse& use) const {
    return Of(DigestName(use), store.Images(use));
  }
  absl::StatusOr<DataDigest> operator()(const v1::Text& use) const {
    return Of(PathOf(use), store.Text(use));
  }
  absl::StatusOr<DataDigest> operator()(const v1::Table& use) const {
    return Of(use.path(), store.Table(use));
  }

 private:
  template <class Data>
  static absl::StatusOr<DataDigest> Of(const std::string& name, const Data& data) {
    if (!data.ok()) return data.status();
    return DataDigest{name, (*data)->digest};
  }
};

}  // namespace

absl::StatusOr<std::shared_ptr<const ImageData>> DataStore::Images(const ImageUse& use) {
  if (absl::Status status = Check(use); !status.ok()) return status;
  return images_.Get(KeyOf(use), [&] { return Load(use, folder_, plugins_); });
}

absl::StatusOr<std::shared_ptr<const TextData>> DataStore::Text(const v1::Text& use) {
  return texts_.Get(TextOf(use), [&] {
    return LoadText(PathBelow(PathOf(use)), static_cast<int32_t>(VocabularyOf(use)), cache_);
  });
}

absl::StatusOr<std::shared_ptr<const TableData>> DataStore::Table(const v1::Table& use) {
  return tables_.Get(use.SerializeAsString(),
                     [&] { return LoadTable(PathBelow(use.path()), use); });
}

absl::StatusOr<DataDigest> DataStore::Digest(const DataUse& use) {
  return std::visit(Digester{*this}, use);
}

// An absolute one stays as it is.
std::string DataStore::PathBelow(const std::string& path) const {
  return (std::filesystem::path(folder_) / path).string();
}

}  // namespace paceline
