// The messages of a config as the binder, the rules and the printer see them: keys, enum values,
// rules, and their words. Field types are whole numbers, doubles, strings, enums, messages, and
// lists of them.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "paceline/v1/options.pb.h"

namespace paceline {

const v1::FieldRule& RuleOf(const google::protobuf::FieldDescriptor& field);
// What an absent key stands for, as in YAML: one value, or those of a list ("[8, 128]"); none
// without a default.
std::vector<std::string> DefaultValues(const google::protobuf::FieldDescriptor& field);
bool NeedsChoice(const google::protobuf::OneofDescriptor& choice);

// DATASET_FASHION_MNIST is written fashion_mnist; the value 0 (unspecified) is not written.
std::string YamlName(const google::protobuf::EnumValueDescriptor& value);
const google::protobuf::EnumValueDescriptor* FindEnumValue(
    const google::protobuf::EnumDescriptor& type, std::string_view yaml_name);
std::vector<std::string> ValueNames(const google::protobuf::EnumDescriptor& type);

std::vector<std::string> KeysOf(const google::protobuf::Descriptor& type);
std::vector<std::string> AlternativesOf(const google::protobuf::OneofDescriptor& choice);

// True if {} is a valid value: no key and no choice is required.
bool TakesEmptyMapping(const google::protobuf::Descriptor& type);

// What a key takes, after "it must be": "a whole number from 1 to 4096", "one of relu, tanh".
std::string Expectation(const google::protobuf::FieldDescriptor& field);
// The same for one element of a list.
std::string ElementExpectation(const google::protobuf::FieldDescriptor& field);
std::string MappingExpectation(const google::protobuf::Descriptor& type);

// "outer" + "steps" -> "outer.steps"; "" + "outer" -> "outer".
std::string JoinPath(std::string_view parent, std::string_view key);
std::string ElementPath(std::string_view list, int index);

}  // namespace paceline
