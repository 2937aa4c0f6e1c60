#include "worker/data/dataset.h"

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <variant>

#include "common/task/data_use.h"
#include "worker/data/fashion_mnist.h"

namespace paceline {
namespace {

absl::StatusOr<std::shared_ptr<const ImageData>> Load(const ImageUse& use,
                                                      const std::string& folder) {
  if (use.dataset == v1::DATASET_FASHION_MNIST) {
    const int size = static_cast<int>(ImageShape(use)[0]);
    return LoadFashionMnist(folder, size);
  }
  return absl::UnimplementedError(
      fmt::format("no images can be read of {}", DatasetFactsOf(use).name));
}

// Names are those in a config.
struct Digester {
  DataStore& store;

  absl::StatusOr<DataDigest> operator()(const ImageUse& use) const {
    return Of(DatasetFactsOf(use).name, store.Images(use));
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
  if (DatasetFactsOf(use).channels == 0) {
    return absl::InvalidArgumentError(fmt::format(
        "data set {} is unknown; data.proto names those known", static_cast<int>(use.dataset)));
  }
  return images_.Get(TextOf(use), [&] { return Load(use, folder_); });
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
