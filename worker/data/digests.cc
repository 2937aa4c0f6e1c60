#include "worker/data/digests.h"

#include <map>

#include "common/task/dataset.h"

namespace paceline {

absl::StatusOr<std::vector<DataDigest>> DataDigests(const v1::JobConfig& config, DataStore& data) {
  std::map<std::string, std::string> digests;
  for (const v1::Task& task : config.tasks()) {
    if (!task.has_image_mlp()) continue;
    const v1::ImageMlp& mlp = task.image_mlp();
    const auto images = data.Images(mlp.dataset(), static_cast<int>(mlp.size()));
    if (!images.ok()) return images.status();
    digests.emplace(FactsOf(mlp.dataset())->name, (*images)->digest);
  }
  std::vector<DataDigest> listed;
  for (const auto& [name, digest] : digests) listed.push_back({name, digest});
  return listed;
}

}  // namespace paceline
