// The audit log read back, from its oldest file on.
#include <filesystem>
#include <fstream>
#include <vector>

#include "coordinator/access/audit_entry.h"
#include "coordinator/access/audit_log.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// The oldest first; none if there is no log.
std::vector<std::string> FilesOf(const std::string& folder) {
  const std::string newest = folder + "/audit.log";
  std::error_code ignored;
  std::vector<std::string> files;
  if (!std::filesystem::exists(newest, ignored)) return files;
  files.push_back(newest);
  for (int age = 1;; ++age) {
    const std::string older = fmt::format("{}.{}", newest, age);
    if (!std::filesystem::exists(older, ignored)) break;
    files.insert(files.begin(), older);
  }
  return files;
}

absl::Status NoLog(const std::string& folder) {
  return absl::NotFoundError(fmt::format("there is no audit log in {}", folder));
}

// `take` gets each line, its file and its number there.
absl::Status EachLine(
    const std::string& folder,
    const std::function<bool(const std::string&, const std::string&, int64_t)>& take) {
  const auto files = FilesOf(folder);
  if (files.empty()) return NoLog(folder);
  for (const std::string& file : files) {
    std::ifstream in(file);
    if (!in) return absl::PermissionDeniedError(fmt::format("cannot read {}", file));
    std::string line;
    for (int64_t number = 1; std::getline(in, line); ++number) {
      // A line without an end is being written, or is cut off by a crash.
      if (in.eof() || !take(line, file, number)) break;
    }
  }
  return absl::OkStatus();
}

// What is wrong with a line after `before`; empty: nothing.
std::string FaultOf(const std::string& line, const absl::StatusOr<v1::AuditEntry>& entry,
                    const AuditVerdict& before) {
  if (!entry.ok()) return "is no entry";
  if (before.entries > 0 && entry->number() != before.first + before.entries) {
    return fmt::format("is entry {} where {} should be", entry->number(),
                       before.first + before.entries);
  }
  // What came before the oldest one may have been removed with its file.
  if (before.entries == 0 && entry->number() > 1) return "";
  if (IsChained(line, before.entries == 0 ? kNoHash : before.hash)) return "";
  return fmt::format("is entry {}, and it, or the one before, was changed", entry->number());
}

}  // namespace

absl::Status ReadAudit(const std::string& folder, int64_t after,
                       const std::function<bool(const v1::AuditEntry&)>& take) {
  bool wanted = true;
  return EachLine(folder, [&](const std::string& line, const std::string&, int64_t) {
    const auto entry = ReadAuditLine(line);
    if (wanted && entry.ok() && entry->number() > after) wanted = take(*entry);
    return wanted;
  });
}

absl::StatusOr<AuditVerdict> VerifyAudit(const std::string& folder) {
  AuditVerdict verdict;
  absl::Status status =
      EachLine(folder, [&](const std::string& line, const std::string& file, int64_t number) {
        if (!verdict.fault.empty()) return false;
        const auto entry = ReadAuditLine(line);
        const std::string fault = FaultOf(line, entry, verdict);
        if (!fault.empty()) {
          verdict.fault = fmt::format("{}:{} {}", file, number, fault);
          return false;
        }
        if (verdict.entries++ == 0) verdict.first = entry->number();
        verdict.hash = entry->hash();
        return true;
      });
  if (!status.ok()) return status;
  return verdict;
}

}  // namespace paceline
