#include "common/config/optimizer.h"

#include <utility>

#include "common/config/field_rules.h"
#include "common/config/job_rules.h"
#include "common/config/read_message.h"

namespace paceline {
namespace {

constexpr std::string_view kKey = "optimizer";

// Those of CheckJobRules that are about the optimizer, with paths that begin below it.
std::vector<RuleFault> CheckOwnJobRules(const v1::LearnedOptimizer& optimizer) {
  v1::JobConfig job;
  *job.mutable_optimizer() = optimizer;
  std::vector<RuleFault> own;
  const std::string prefix = std::string(kKey) + ".";
  for (RuleFault& fault : CheckJobRules(job)) {
    if (!fault.path.starts_with(prefix)) continue;
    fault.path.erase(0, prefix.size());
    for (std::string& path : fault.looked_at) {
      if (path.starts_with(prefix)) path.erase(0, prefix.size());
    }
    own.push_back(std::move(fault));
  }
  return own;
}

}  // namespace

absl::StatusOr<v1::LearnedOptimizer> ParseOptimizer(std::string_view yaml, std::string_view name) {
  v1::LearnedOptimizer optimizer;
  const std::string is_mapping =
      "an optimizer is a mapping such as {adafac_mlp: {hidden: 4}}, or a config";
  const MessageKind kind = {.noun = "config",
                            .if_empty = is_mapping,
                            .if_no_mapping = is_mapping,
                            .rules = [&] { return CheckOwnJobRules(optimizer); },
                            .inner_key = kKey};
  const auto faults = ReadMessage({yaml, name}, kind, optimizer);
  if (!faults.empty()) return ToStatus(faults);
  return optimizer;
}

std::vector<std::string> CheckOptimizer(const v1::LearnedOptimizer& optimizer) {
  std::vector<std::string> messages;
  for (RuleFault& fault : CheckFieldRules(optimizer)) messages.push_back(std::move(fault.message));
  if (!messages.empty()) return messages;
  for (RuleFault& fault : CheckOwnJobRules(optimizer)) messages.push_back(std::move(fault.message));
  return messages;
}

}  // namespace paceline
