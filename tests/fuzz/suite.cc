#include "common/suite/suite.h"

#include <google/protobuf/util/message_differencer.h>

#include <set>

#include "common/suite/cases.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"

namespace paceline::fuzz {
namespace {

// Draws and networks of thousands of layers are for others to measure.
bool IsSmall(const v1::Suite& suite) {
  uint64_t tasks = 0;
  for (const v1::SuiteTask& one : suite.tasks()) tasks += one.draws();
  for (const v1::Study& study : suite.studies()) tasks += study.values_size();
  return tasks <= 8 && suite.ByteSizeLong() <= 2000;
}

void CheckCases(const v1::Suite& suite) {
  const auto cases = CasesOf(suite);
  PACELINE_REQUIRE(!cases.empty());
  std::set<std::string> keys;
  for (const v1::EvaluationCase& one : cases) {
    PACELINE_REQUIRE(keys.insert(one.key()).second);
    PACELINE_REQUIRE(one.steps() > 0 && one.parameters() > 0);
    PACELINE_REQUIRE(!one.title().empty() && !one.family().empty());
  }
}

}  // namespace

void Suite(std::string_view input) {
  using google::protobuf::util::MessageDifferencer;
  const ParsedSuite parsed = ParseSuite(input, "input");
  for (const Fault& fault : parsed.faults) PACELINE_REQUIRE(!fault.message.empty());
  if (!parsed.faults.empty()) return;
  PACELINE_REQUIRE(CheckSuite(parsed.suite).empty());
  const ParsedSuite again = ParseSuite(PrintSuite(parsed.suite), "again");
  PACELINE_REQUIRE(again.faults.empty());
  PACELINE_REQUIRE(MessageDifferencer::Equals(parsed.suite, again.suite));
  PACELINE_REQUIRE(!BaselineContestants(parsed.suite).empty());
  if (IsSmall(parsed.suite)) CheckCases(parsed.suite);
}

}  // namespace paceline::fuzz
