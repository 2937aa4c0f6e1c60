#include "coordinator/access/audit_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "common/base/file.h"
#include "common/base/private_file.h"
#include "common/base/sync_folder.h"
#include "coordinator/access/audit_entry.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// No entry is longer: what callers bring into it is cut.
constexpr size_t kMaxText = 512;
constexpr int64_t kTailBytes = 64 << 10;

absl::Status Failure(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("cannot {} {}", what, path));
}

// Held by one process at a time.
class FileLock {
 public:
  explicit FileLock(const std::string& path)
      : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    held_ = file_.valid() && flock(file_.get(), LOCK_EX) == 0;
  }
  bool held() const { return held_; }

 private:
  Descriptor file_;
  bool held_ = false;
};

std::string Cut(const std::string& text) { return text.substr(0, kMaxText); }

// The end of the file, from the last kTailBytes on.
absl::StatusOr<std::string> TailOf(int fd, int64_t size, const std::string& path) {
  std::string bytes(static_cast<size_t>(std::min(size, kTailBytes)), '\0');
  const auto at = static_cast<off_t>(size - static_cast<int64_t>(bytes.size()));
  const ssize_t got = pread(fd, bytes.data(), bytes.size(), at);
  if (got != static_cast<ssize_t>(bytes.size())) return Failure("read", path);
  return bytes;
}

// Of text that ends with a line's end, or is empty.
std::string_view LastLine(std::string_view bytes) {
  if (!bytes.empty()) bytes.remove_suffix(1);
  return bytes.substr(bytes.rfind('\n') + 1);
}

std::string OlderPath(const std::string& path, int age) { return fmt::format("{}.{}", path, age); }

}  // namespace

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(Options options, const Clock& clock) {
  std::unique_ptr<AuditLog> log(new AuditLog(std::move(options), clock));
  std::lock_guard lock(log->mutex_);
  const FileLock others(log->path() + ".lock");
  if (!others.held()) return Failure("lock", log->path());
  if (absl::Status status = log->CatchUp(); !status.ok()) return status;
  return log;
}

absl::Status AuditLog::Append(v1::AuditEntry entry) {
  std::lock_guard lock(mutex_);
  absl::Status status = AppendLocked(std::move(entry));
  if (!status.ok()) ++lost_;
  return status;
}

absl::Status AuditLog::AppendLocked(v1::AuditEntry entry) {
  const FileLock others(path() + ".lock");
  if (!others.held()) return Failure("lock", path());
  if (absl::Status status = CatchUp(); !status.ok()) return status;
  if (size_ > options_.most_bytes) {
    if (absl::Status status = Rotate(); !status.ok()) return status;
  }
  if (torn_bytes_ > 0) {
    v1::AuditEntry torn =
        Own(fmt::format("a crash had cut off its last line ({} bytes), which "
                        "is removed",
                        torn_bytes_));
    if (absl::Status status = WriteLine(torn); !status.ok()) return status;
    torn_bytes_ = 0;
  }
  if (lost_ > 0) {
    v1::AuditEntry lost =
        Own(fmt::format("{} entries could not be written and are missing", lost_));
    if (absl::Status status = WriteLine(lost); !status.ok()) return status;
    lost_ = 0;
  }
  return WriteLine(entry);
}

absl::Status AuditLog::OpenNewest() {
  file_ =
      Descriptor(open(path().c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file_.valid()) return Failure("open", path());
  size_ = -1;
  return CheckPrivate(path());
}

absl::Status AuditLog::CatchUp() {
  struct stat named {
  }, open_one{};
  const bool same = file_.valid() && stat(path().c_str(), &named) == 0 &&
                    fstat(file_.get(), &open_one) == 0 && named.st_ino == open_one.st_ino;
  if (!same) {
    if (absl::Status status = OpenNewest(); !status.ok()) return status;
    if (fstat(file_.get(), &open_one) != 0) return Failure("look at", path());
  }
  if (open_one.st_size == size_) return absl::OkStatus();
  size_ = open_one.st_size;
  const auto bytes = TailOf(file_.get(), size_, path());
  if (!bytes.ok()) return bytes.status();
  if (absl::Status status = CutTornLine(*bytes); !status.ok()) return status;
  const std::string_view line =
      LastLine(std::string_view(*bytes).substr(0, bytes->rfind('\n') + 1));
  if (line.empty()) {
    // A file just begun: the chain comes from the one before, if there is one.
    number_ = 0;
    hash_ = kNoHash;
    return ReadAudit(options_.folder, 0, [&](const v1::AuditEntry& entry) {
      number_ = entry.number();
      hash_ = entry.hash();
      return true;
    });
  }
  const auto entry = ReadAuditLine(line);
  if (!entry.ok()) {
    return absl::DataLossError(fmt::format(
        "{}: its last line is damaged; move the file away to begin a new chain", path()));
  }
  number_ = entry->number();
  hash_ = entry->hash();
  return absl::OkStatus();
}

absl::Status AuditLog::CutTornLine(std::string_view bytes) {
  const size_t whole = bytes.rfind('\n') + 1;
  if (whole == bytes.size()) return absl::OkStatus();
  torn_bytes_ = static_cast<int64_t>(bytes.size() - whole);
  size_ -= torn_bytes_;
  return ftruncate(file_.get(), size_) == 0 ? absl::OkStatus() : Failure("shorten", path());
}

absl::Status AuditLog::Rotate() {
  std::error_code ignored;
  std::filesystem::remove(OlderPath(path(), options_.most_files), ignored);
  for (int age = options_.most_files - 1; age >= 1; --age) {
    std::filesystem::rename(OlderPath(path(), age), OlderPath(path(), age + 1), ignored);
  }
  if (rename(path().c_str(), OlderPath(path(), 1).c_str()) != 0) return Failure("rename", path());
  if (absl::Status status = OpenNewest(); !status.ok()) return status;
  size_ = 0;
  return SyncFolder(options_.folder);
}

absl::Status AuditLog::WriteLine(v1::AuditEntry& entry) {
  entry.set_number(number_ + 1);
  entry.set_unix_ms(clock_.UnixMillis());
  entry.set_subject(Cut(entry.subject()));
  entry.set_outcome(Cut(entry.outcome()));
  entry.set_peer(Cut(entry.peer()));
  const std::string line = AuditLine(entry, hash_) + "\n";
  if (!WriteAll(file_.get(), line) || fdatasync(file_.get()) != 0) {
    const absl::Status status = Failure("write to", path());
    // Half a line would be the next one's beginning.
    if (ftruncate(file_.get(), size_) != 0) size_ = -1;
    return status;
  }
  if (size_ == 0) {
    if (absl::Status status = SyncFolder(options_.folder); !status.ok()) return status;
  }
  size_ += static_cast<int64_t>(line.size());
  number_ = entry.number();
  hash_ = ReadAuditLine(std::string_view(line).substr(0, line.size() - 1))->hash();
  return absl::OkStatus();
}

v1::AuditEntry AuditLog::Own(const std::string& what) const {
  v1::AuditEntry entry;
  entry.set_identity("coordinator");
  entry.set_method("audit");
  entry.set_outcome(what);
  return entry;
}

}  // namespace paceline
