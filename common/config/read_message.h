// Strict YAML to one message of the schema: what jobs, suites, tasks and lone optimizers have in
// common.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/diagnostics.h"
#include "common/config/fault.h"

namespace paceline {

struct MessageText {
  std::string_view yaml;
  std::string_view file_name;
  // "outer.steps=60", in order; their values are YAML.
  std::span<const std::string> overrides = {};
};

// What is particular to a kind of message.
struct MessageKind {
  std::string noun;           // "config"
  std::string if_empty;       // said of a file with nothing in it
  std::string if_no_mapping;  // said of a file that is a list or a value
  // Beyond the rules that single fields state; paths begin at the message.
  std::function<std::vector<RuleFault>()> rules;
  // Only what is below this key is read, if the file has it.
  std::string_view inner_key = {};
  // Of a mapping for which the name of a file that holds it may stand ("evaluate.suite"); empty:
  // none.
  std::string_view file_at = {};
};

// Fills `message`, with every default; it is valid if there are no faults, else not to be used.
// Faults are by position, those of overrides last.
std::vector<Fault> ReadMessage(const MessageText& text, const MessageKind& kind,
                               google::protobuf::Message& message);

// The same rules on a message from anywhere; empty if it is valid. `rules` may look at fields that
// are wrong already. At most 100 are listed, then a line says how many there are more.
std::vector<std::string> CheckMessage(const google::protobuf::Message& message,
                                      std::vector<RuleFault> rules);

// YAML that ReadMessage reads back to an equal message, if `message` is valid; optional values that
// it lacks then have their defaults.
std::string PrintMessage(const google::protobuf::Message& message);

}  // namespace paceline
