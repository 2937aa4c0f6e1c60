// Tasks and data sets of plug-ins, as far as they are known without the plug-in.
#pragma once

#include <google/protobuf/message.h>

#include <set>
#include <string>

#include "common/task/facts.h"
#include "common/task/network_family.h"

namespace paceline {

// Its tensors, memory and arithmetic are not known.
TaskFacts OwnFacts(const v1::OwnTask& task);

// A range of the meta-loss that is none, or a setting that is there twice.
TaskFault OwnFault(const v1::OwnTask& task);

// Digests of all plug-ins that the message (a task, a config) names.
std::set<std::string> PluginsOf(const google::protobuf::Message& message);

// What who has loaded `loaded` lacks to compute what names `named`: "the plug-in 0123456789abcdef
// (paceline-worker --task-plugin FILE)"; empty if nothing.
std::string LackingPlugins(const std::set<std::string>& named, const std::set<std::string>& loaded);

}  // namespace paceline
