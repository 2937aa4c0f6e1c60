#include <google/protobuf/util/message_differencer.h>

#include "common/config/config.h"
#include "common/config/optimizer.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"

namespace paceline::fuzz {

void Config(std::string_view input) {
  using google::protobuf::util::MessageDifferencer;
  const ParsedConfig parsed = ParseConfig(input, "input");
  if (parsed.faults.empty()) {
    PACELINE_REQUIRE(CheckConfig(parsed.config).empty());
    const ParsedConfig again = ParseConfig(PrintConfig(parsed.config), "again");
    PACELINE_REQUIRE(again.faults.empty());
    PACELINE_REQUIRE(MessageDifferencer::Equals(parsed.config, again.config));
  }
  for (const Fault& fault : parsed.faults) PACELINE_REQUIRE(!fault.message.empty());
  const auto optimizer = ParseOptimizer(input, "input");
  if (!optimizer.ok()) {
    PACELINE_REQUIRE(absl::IsInvalidArgument(optimizer.status()));
    return;
  }
  PACELINE_REQUIRE(CheckOptimizer(*optimizer).empty());
  const auto again = ParseOptimizer(OptimizerJson(*optimizer), "again");
  PACELINE_REQUIRE(again.ok());
  PACELINE_REQUIRE(MessageDifferencer::Equals(*optimizer, *again));
}

}  // namespace paceline::fuzz
