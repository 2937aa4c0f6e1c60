#include "worker/data/digests.h"

#include <map>
#include <optional>

#include "common/task/facts.h"

namespace paceline {

absl::StatusOr<std::vector<DataDigest>> DataDigests(const v1::JobConfig& config, DataStore& data) {
  std::map<std::string, std::string> digests;
  for (const v1::Task& task : config.tasks()) {
    const std::optional<DataUse> use = FactsOf(task).data;
    if (!use) continue;
    const absl::StatusOr<DataDigest> digest = data.Digest(*use);
    if (!digest.ok()) return digest.status();
    digests.emplace(digest->name, digest->digest);
  }
  std::vector<DataDigest> listed;
  for (const auto& [name, digest] : digests) listed.push_back({name, digest});
  return listed;
}

}  // namespace paceline
