#include "worker/plugin/plugin_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "paceline/plugin.h"

namespace paceline {

absl::StatusOr<PluginTable> PluginTable::Load(const std::vector<std::string>& paths) {
  PluginTable table;
  for (const std::string& path : paths) {
    absl::StatusOr<LoadedPlugin> loaded = LoadPlugin(path);
    if (!loaded.ok()) return loaded.status();
    const auto [place, is_new] = table.plugins_.emplace(loaded->digest, *loaded);
    if (is_new) continue;
    return absl::InvalidArgumentError(fmt::format(
        "plug-ins {} and {} are the same file's content; give it once", place->second.path, path));
  }
  return table;
}

absl::StatusOr<const LoadedPlugin*> PluginTable::Find(const v1::Plugin& config) const {
  const auto found = plugins_.find(config.digest());
  if (found != plugins_.end()) return &found->second;
  return absl::FailedPreconditionError(
      fmt::format("the plug-in with digest {} is not loaded here; give its file with --task-plugin",
                  config.digest()));
}

std::vector<std::string> PluginTable::digests() const {
  std::vector<std::string> digests;
  for (const auto& [digest, plugin] : plugins_) digests.push_back(digest);
  return digests;
}

bool PluginTable::has_tasks() const {
  return std::ranges::any_of(
      plugins_, [](const auto& entry) { return !entry.second.contents->tasks.empty(); });
}

}  // namespace paceline
