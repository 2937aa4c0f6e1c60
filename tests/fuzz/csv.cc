#include "worker/data/csv.h"

#include <cmath>
#include <string>
#include <vector>

#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"
#include "worker/data/table.h"

namespace paceline::fuzz {
namespace {

using Records = std::vector<std::vector<std::string>>;

absl::StatusOr<Records> ReadRecords(std::string_view bytes) {
  CsvReader reader(bytes);
  Records records;
  std::vector<std::string> fields;
  size_t line = 0;
  while (true) {
    const auto more = reader.Next(fields);
    if (!more.ok()) return more.status();
    if (!*more) return records;
    PACELINE_REQUIRE(!fields.empty() && reader.line() > line);
    line = reader.line();
    records.push_back(fields);
  }
}

std::string InQuotes(const Records& records) {
  std::string bytes;
  for (const auto& record : records) {
    for (size_t i = 0; i < record.size(); ++i) {
      bytes += i == 0 ? "\"" : ",\"";
      for (const char c : record[i]) bytes += c == '"' ? "\"\"" : std::string(1, c);
      bytes += '"';
    }
    bytes += '\n';
  }
  return bytes;
}

size_t CheckRows(const TableData& table, const TableRows& rows) {
  const auto features = static_cast<size_t>(table.features);
  PACELINE_REQUIRE(rows.features.size() == rows.count() * features);
  for (const float value : rows.features) PACELINE_REQUIRE(std::isfinite(value));
  for (const float value : rows.targets) PACELINE_REQUIRE(std::isfinite(value));
  for (const int32_t label : rows.labels) PACELINE_REQUIRE(label >= 0 && label < table.classes);
  return rows.count();
}

void Table(std::string_view input, const Records& records, uint32_t classes) {
  v1::Table use;
  use.set_target(records.front().front());
  use.set_features(static_cast<uint32_t>(records.front().size()) - 1);
  use.set_classes(classes);
  const auto table = TableOf(input, use);
  if (!table.ok()) {
    PACELINE_REQUIRE(absl::IsDataLoss(table.status()) && !table.status().message().empty());
    return;
  }
  size_t rows = 0;
  for (const auto split :
       {&TableData::train, &TableData::inner_valid, &TableData::outer_valid, &TableData::test}) {
    rows += CheckRows(**table, (**table).*split);
  }
  PACELINE_REQUIRE(rows + 1 == records.size());
}

}  // namespace

void Csv(std::string_view input) {
  const auto records = ReadRecords(input);
  if (!records.ok()) {
    PACELINE_REQUIRE(absl::IsDataLoss(records.status()));
    return;
  }
  const auto again = ReadRecords(InQuotes(*records));
  PACELINE_REQUIRE(again.ok() && *again == *records);
  if (records->empty()) return;
  for (const uint32_t classes : {0, 2, 3}) Table(input, *records, classes);
}

}  // namespace paceline::fuzz
