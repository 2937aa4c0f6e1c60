// A line of the audit log: one entry as JSON, and the hash that chains it to the one before.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "paceline/v1/access.pb.h"

namespace paceline {

// Of the hash before the first entry of all.
inline constexpr char kNoHash[] =
    "0000000000000000000000000000000000000000000000000000000000000000";

// Without the line's end; entry.hash() is ignored. SHA-256 is over the hash before and the line up
// to its own hash.
std::string AuditLine(const v1::AuditEntry& entry, std::string_view hash_before);

// InvalidArgument for what is no such line. Does not check the hash.
absl::StatusOr<v1::AuditEntry> ReadAuditLine(std::string_view line);
// Whether the line is as AuditLine made it.
bool IsChained(std::string_view line, std::string_view hash_before);

}  // namespace paceline
