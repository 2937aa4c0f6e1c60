// Data sets in memory, read once and shared by all tasks that use them.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/task/data_use.h"
#include "worker/data/bpe_cache.h"
#include "worker/data/examples.h"
#include "worker/data/load_once.h"
#include "worker/data/table.h"
#include "worker/data/text.h"
#include "worker/plugin/plugin_table.h"

namespace paceline {

struct DataDigest {
  std::string name;    // in a config: "fashion_mnist", "folder own/birds", "own stripes"
  std::string digest;  // as ImageData::digest

  bool operator==(const DataDigest&) const = default;
};

// Thread-safe; files are read outside of any lock.
class DataStore {
 public:
  // Folder that holds one folder per data set: `<folder>/fashion-mnist/train-images-idx3-ubyte.gz`.
  // What each is called, README.md tells.
  // cache: where what takes a while to find is kept for other processes; empty: nowhere.
  // plugins: what data sets, and tasks that use the store, are made by.
  explicit DataStore(std::string folder = "/usr/share/datasets", std::string cache = CacheFolder(),
                     PluginTable plugins = {})
      : folder_(std::move(folder)), cache_(std::move(cache)), plugins_(std::move(plugins)) {}

  const PluginTable& plugins() const { return plugins_; }

  // Images as `use` wants them. NotFound (with what provides the files), InvalidArgument if `use`
  // cannot be had of any files, ResourceExhausted if it takes more memory than is free, or DataLoss
  // saying which file is damaged, where and how.
  absl::StatusOr<std::shared_ptr<const ImageData>> Images(const ImageUse& use);
  // Paths are absolute or below the folder. Errors as LoadText's and LoadTable's.
  absl::StatusOr<std::shared_ptr<const TextData>> Text(const v1::Text& use);
  absl::StatusOr<std::shared_ptr<const TableData>> Table(const v1::Table& use);
  // Of what a job sees of the data. Errors as the readers'.
  absl::StatusOr<DataDigest> Digest(const DataUse& use);

 private:
  // Of images of sizes that no task uses any more, though the next may.
  static constexpr uint64_t kKeepBytes = uint64_t{256} << 20;

  std::string PathBelow(const std::string& path) const;

  std::string folder_, cache_;
  const PluginTable plugins_;
  LoadOnce<std::string, ImageData> images_{
      // by all that makes a difference
      kKeepBytes, [](const ImageData& images) { return images.bytes(); }};
  LoadOnce<std::string, TextData> texts_;    // by TextOf
  LoadOnce<std::string, TableData> tables_;  // by the message's bytes
};

}  // namespace paceline
