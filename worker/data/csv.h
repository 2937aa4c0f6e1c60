// Comma-separated values (RFC 4180): records of fields, lines ended by LF or CR LF, the last one
// perhaps not at all; a field in quotes may hold commas, line ends and, doubled, quotes. A UTF-8
// byte order mark in front is passed over.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace paceline {

// Not thread-safe.
class CsvReader {
 public:
  // `bytes` outlive the reader.
  explicit CsvReader(std::string_view bytes);

  // The next record's fields; false if there is none. DataLoss names line and field; after that
  // the reader is of no more use.
  absl::StatusOr<bool> Next(std::vector<std::string>& fields);
  // On which the last record began, from 1.
  size_t line() const { return record_line_; }

 private:
  // From position_ to the field's end.
  absl::Status ReadField(std::string& field);
  absl::Status ReadQuoted(std::string& field);
  absl::Status ReadPlain(std::string& field);
  bool AtLineEnd() const;
  void SkipLineEnd();
  absl::Status Fault(std::string_view what) const;

  std::string_view bytes_;
  size_t position_ = 0;
  size_t line_ = 1, record_line_ = 0;
  size_t field_ = 0;  // of the record, from 1
};

}  // namespace paceline
