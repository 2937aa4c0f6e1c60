// The plug-ins that a process has loaded, by what a config names them by.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/data.pb.h"
#include "worker/plugin/load_plugin.h"

namespace paceline {

// Immutable once it is loaded.
class PluginTable {
 public:
  // Errors as LoadPlugin; InvalidArgument if two files have the same content.
  static absl::StatusOr<PluginTable> Load(const std::vector<std::string>& paths);

  // FailedPrecondition: it is not loaded here.
  absl::StatusOr<const LoadedPlugin*> Find(const v1::Plugin& config) const;
  // In order.
  std::vector<std::string> digests() const;
  bool has_tasks() const;
  const std::map<std::string, LoadedPlugin>& plugins() const { return plugins_; }

 private:
  std::map<std::string, LoadedPlugin> plugins_;  // by digest
};

}  // namespace paceline
