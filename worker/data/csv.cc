#include "worker/data/csv.h"

#include <fmt/format.h>

#include <algorithm>

namespace paceline {

CsvReader::CsvReader(std::string_view bytes) : bytes_(bytes) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes_.starts_with(kByteOrderMark)) bytes_.remove_prefix(kByteOrderMark.size());
}

absl::StatusOr<bool> CsvReader::Next(std::vector<std::string>& fields) {
  if (position_ == bytes_.size()) return false;
  record_line_ = line_;
  field_ = 0;
  while (true) {
    if (fields.size() == field_) fields.emplace_back();
    std::string& field = fields[field_++];
    field.clear();
    if (absl::Status status = ReadField(field); !status.ok()) return status;
    if (position_ == bytes_.size() || AtLineEnd()) break;
    ++position_;  // the comma
  }
  fields.resize(field_);
  SkipLineEnd();
  return true;
}

absl::Status CsvReader::ReadField(std::string& field) {
  const bool quoted = position_ < bytes_.size() && bytes_[position_] == '"';
  return quoted ? ReadQuoted(field) : ReadPlain(field);
}

absl::Status CsvReader::ReadQuoted(std::string& field) {
  const size_t begin_line = line_;
  ++position_;
  while (true) {
    const size_t quote = bytes_.find('"', position_);
    if (quote == std::string_view::npos) {
      line_ = begin_line;
      return Fault("the quote is not closed");
    }
    const std::string_view piece = bytes_.substr(position_, quote - position_);
    field += piece;
    line_ += static_cast<size_t>(std::count(piece.begin(), piece.end(), '\n'));
    position_ = quote + 1;
    if (position_ == bytes_.size() || bytes_[position_] != '"') break;
    field += '"';
    ++position_;
  }
  if (position_ == bytes_.size() || bytes_[position_] == ',' || AtLineEnd()) {
    return absl::OkStatus();
  }
  return Fault("after the closing quote expected a comma or the end of the line");
}

absl::Status CsvReader::ReadPlain(std::string& field) {
  const size_t end = std::min(bytes_.find_first_of(",\"\r\n", position_), bytes_.size());
  field = bytes_.substr(position_, end - position_);
  position_ = end;
  if (end == bytes_.size() || bytes_[end] == ',' || AtLineEnd()) return absl::OkStatus();
  return Fault(
      bytes_[end] == '"'
          ? "a quote within a field; one with quotes must be in quotes itself, and its "
            "quotes doubled"
          : "a carriage return that ends no line; expected CR LF, LF, or quotes around it");
}

bool CsvReader::AtLineEnd() const {
  const std::string_view rest = bytes_.substr(position_);
  return rest.starts_with("\n") || rest.starts_with("\r\n");
}

void CsvReader::SkipLineEnd() {
  if (position_ == bytes_.size()) return;
  position_ += bytes_[position_] == '\r' ? 2 : 1;
  ++line_;
}

absl::Status CsvReader::Fault(std::string_view what) const {
  return absl::DataLossError(fmt::format("line {}, column {}: {}", line_, field_, what));
}

}  // namespace paceline
