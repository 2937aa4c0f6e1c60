#include "common/task/own.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace paceline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Enough to tell two apart.
constexpr size_t kShownDigits = 16;

void AddPlugins(const Message& message, std::set<std::string>& digests) {
  if (message.GetDescriptor() == v1::Plugin::descriptor()) {
    digests.insert(static_cast<const v1::Plugin&>(message).digest());
    return;
  }
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> present;
  reflection.ListFields(message, &present);
  for (const FieldDescriptor* field : present) {
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      AddPlugins(reflection.GetMessage(message, field), digests);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      AddPlugins(reflection.GetRepeatedMessage(message, field, i), digests);
    }
  }
}

}  // namespace

TaskFacts OwnFacts(const v1::OwnTask& task) {
  TaskFacts facts;
  facts.article_and_name = "a task of a plug-in";
  facts.text = fmt::format("{} of {}", task.name(), task.plugin().digest().substr(0, kShownDigits));
  for (const std::string& setting : task.settings()) facts.text += " " + setting;
  facts.text += fmt::format(", batch {}", task.batch());
  // Both by LibTorch's bits (common/tier).
  facts.tiers = {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH};
  facts.own_tier = v1::ENGINE_TORCH;
  return facts;
}

TaskFault OwnFault(const v1::OwnTask& task) {
  if (!(task.lowest() < task.highest())) {
    return {"highest",
            fmt::format("is {}, which is not above lowest, {}", task.highest(), task.lowest())};
  }
  std::set<std::string> keys;
  for (const std::string& setting : task.settings()) {
    const std::string key = setting.substr(0, setting.find('='));
    if (!keys.insert(key).second) {
      return {"settings", fmt::format("has {} twice; write it once", key)};
    }
  }
  return {};
}

std::set<std::string> PluginsOf(const Message& message) {
  std::set<std::string> digests;
  AddPlugins(message, digests);
  return digests;
}

std::string LackingPlugins(const std::set<std::string>& named,
                           const std::set<std::string>& loaded) {
  std::vector<std::string> lacking;
  std::ranges::set_difference(named, loaded, std::back_inserter(lacking));
  if (lacking.empty()) return "";
  for (std::string& digest : lacking) digest.resize(std::min(digest.size(), kShownDigits));
  return fmt::format("the plug-in{} {} (paceline-worker --task-plugin FILE)",
                     lacking.size() == 1 ? "" : "s", fmt::join(lacking, ", "));
}

}  // namespace paceline
