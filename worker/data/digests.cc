#include "worker/data/digests.h"

#include <map>
#include <string>

#include "common/task/sample.h"

namespace paceline {

absl::StatusOr<std::vector<DataDigest>> DataDigests(const v1::JobConfig& config, DataStore& data) {
  std::map<std::string, std::string> digests;
  for (const v1::Task& task : config.tasks()) {
    for (const DataUse& use : DataOf(task)) {
      const absl::StatusOr<DataDigest> digest = data.Digest(use);
      if (!digest.ok()) return digest.status();
      digests.emplace(digest->name, digest->digest);
    }
  }
  std::vector<DataDigest> listed;
  for (const auto& [name, digest] : digests) listed.push_back({name, digest});
  return listed;
}

}  // namespace paceline
