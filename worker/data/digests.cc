#include "worker/data/digests.h"

#include <map>
#include <optional>

#include "common/task/dataset.h"
#include "common/task/facts.h"

namespace paceline {

absl::StatusOr<std::vector<DataDigest>> DataDigests(const v1::JobConfig& config, DataStore& data) {
  std::map<std::string, std::string> digests;
  for (const v1::Task& task : config.tasks()) {
    const std::optional<DataUse> use = FactsOf(task).data;
    if (!use) continue;
    const auto images = data.Images(use->dataset, static_cast<int>(use->size));
    if (!images.ok()) return images.status();
    digests.emplace(ImageFacts(use->dataset).name, (*images)->digest);
  }
  std::vector<DataDigest> listed;
  for (const auto& [name, digest] : digests) listed.push_back({name, digest});
  return listed;
}

}  // namespace paceline
