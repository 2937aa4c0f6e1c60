#include "common/log/fields.h"

#include <algorithm>
#include <utility>

namespace paceline {
namespace {

thread_local std::vector<LogField> scoped;

std::vector<LogField>& OfProgram() {
  // Never destroyed: threads may still log while the program ends.
  static auto& fields = *new std::vector<LogField>;
  return fields;
}

void Put(const LogField& field, std::vector<LogField>& fields) {
  const auto same = std::ranges::find(fields, field.key, &LogField::key);
  if (same == fields.end()) {
    fields.push_back(field);
  } else {
    same->value = field.value;
  }
}

}  // namespace

ScopedLogFields::ScopedLogFields(std::initializer_list<LogField> fields) : before_(scoped.size()) {
  scoped.insert(scoped.end(), fields.begin(), fields.end());
}

ScopedLogFields::~ScopedLogFields() { scoped.resize(before_); }

void SetProgramLogFields(std::vector<LogField> fields) { OfProgram() = std::move(fields); }

std::vector<LogField> CurrentLogFields() {
  std::vector<LogField> fields = OfProgram();
  for (const LogField& field : scoped) Put(field, fields);
  return fields;
}

}  // namespace paceline
