#include "coordinator/store/anchor.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/sealed.h"
#include "common/base/sync_folder.h"
#include "coordinator/store/durable.h"

namespace paceline {
namespace {

constexpr std::string_view kSeal = "anchor01";
// More than an entry takes: names and digests are short.
constexpr int64_t kJobBytes = 512, kLeastBytes = 4096;

std::string PathOf(const std::string& database, size_t file) {
  return absl::StrCat(database, "-anchor", file);
}

absl::Status Failure(const char* what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", what, " ", path));
}

void AppendText(std::string& bytes, std::string_view text) {
  AppendNumber(bytes, static_cast<uint32_t>(text.size()));
  bytes.append(text);
}

bool TakeText(std::string_view& bytes, std::string& text) {
  uint32_t size = 0;
  if (!TakeNumber(bytes, size) || bytes.size() < size) return false;
  text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

void AppendJob(std::string& bytes, const AnchoredJob& job) {
  AppendText(bytes, job.name);
  AppendText(bytes, job.birth);
  AppendText(bytes, job.state_digest);
  AppendNumber(bytes, static_cast<int32_t>(job.state));
  AppendNumber(bytes, job.step);
  AppendText(bytes, job.chain);
  AppendNumber(bytes, job.theta_hash);
  AppendNumber(bytes, job.owed_step);
  AppendNumber(bytes, job.owed_theta_hash);
}

bool TakeJob(std::string_view& bytes, AnchoredJob& job) {
  int32_t state = 0;
  const bool whole = TakeText(bytes, job.name) && TakeText(bytes, job.birth) &&
                     TakeText(bytes, job.state_digest) && TakeNumber(bytes, state) &&
                     TakeNumber(bytes, job.step) && TakeText(bytes, job.chain) &&
                     TakeNumber(bytes, job.theta_hash) && TakeNumber(bytes, job.owed_step) &&
                     TakeNumber(bytes, job.owed_theta_hash);
  if (!whole || !v1::JobState_IsValid(state)) return false;
  job.state = static_cast<v1::JobState>(state);
  return true;
}

bool TakeAnchor(std::string_view bytes, Anchor& anchor) {
  uint32_t count = 0;
  bool whole = TakeNumber(bytes, anchor.version) && TakeNumber(bytes, anchor.incarnation) &&
               TakeNumber(bytes, count);
  for (uint32_t i = 0; whole && i < count; ++i) whole = TakeJob(bytes, anchor.jobs.emplace_back());
  return whole && bytes.empty();
}

// The anchor in each of the two files; nothing where there is no file or it is empty.
std::array<std::optional<absl::StatusOr<Anchor>>, 2> ReadBoth(const std::string& database) {
  std::array<std::optional<absl::StatusOr<Anchor>>, 2> both;
  for (size_t file = 0; file < both.size(); ++file) {
    const auto bytes = ReadFile(PathOf(database, file));
    if (bytes.ok() && bytes->find_first_not_of('\0') == std::string::npos) continue;
    if (bytes.ok()) {
      both[file] = DecodeAnchor(*bytes);
    } else if (!absl::IsNotFound(bytes.status())) {
      both[file] = bytes.status();
    }
  }
  return both;
}

bool IsWhole(const std::optional<absl::StatusOr<Anchor>>& read) { return read && read->ok(); }

// Of the file with the newest whole anchor; nothing if there is none.
std::optional<size_t> NewestOf(const std::array<std::optional<absl::StatusOr<Anchor>>, 2>& both) {
  if (!IsWhole(both[0])) return IsWhole(both[1]) ? std::optional<size_t>(1) : std::nullopt;
  if (!IsWhole(both[1])) return 0;
  return (*both[0])->version >= (*both[1])->version ? 0 : 1;
}

absl::Status WriteAt(int fd, std::string_view bytes) {
  off_t at = 0;
  while (!bytes.empty()) {
    const ssize_t put = pwrite(fd, bytes.data(), bytes.size(), at);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return absl::ErrnoToStatus(errno, "write");
    bytes.remove_prefix(static_cast<size_t>(put));
    at += put;
  }
  return absl::OkStatus();
}

}  // namespace

AnchoredJob* Anchor::Find(std::string_view job) {
  const auto found = std::ranges::find(jobs, job, &AnchoredJob::name);
  return found == jobs.end() ? nullptr : &*found;
}

const AnchoredJob* Anchor::Find(std::string_view job) const {
  const auto found = std::ranges::find(jobs, job, &AnchoredJob::name);
  return found == jobs.end() ? nullptr : &*found;
}

std::string EncodeAnchor(const Anchor& anchor) {
  std::string content;
  AppendNumber(content, anchor.version);
  AppendNumber(content, anchor.incarnation);
  AppendNumber(content, static_cast<uint32_t>(anchor.jobs.size()));
  for (const AnchoredJob& job : anchor.jobs) AppendJob(content, job);
  const std::string sealed = Seal(kSeal, content);
  std::string bytes;
  AppendNumber(bytes, static_cast<uint32_t>(sealed.size()));
  return bytes + sealed;
}

absl::StatusOr<Anchor> DecodeAnchor(std::string_view bytes) {
  uint32_t size = 0;
  if (!TakeNumber(bytes, size) || bytes.size() < size) {
    return absl::DataLossError("it is shorter than what was written");
  }
  const auto content = Unseal(kSeal, bytes.substr(0, size));
  if (!content.ok()) return content.status();
  Anchor anchor;
  if (!TakeAnchor(*content, anchor)) return absl::DataLossError("its content is no anchor");
  return anchor;
}

absl::StatusOr<std::optional<Anchor>> ReadAnchor(const std::string& database) {
  const auto both = ReadBoth(database);
  if (const auto newest = NewestOf(both)) return **both[*newest];
  if (!both[0] && !both[1]) return std::nullopt;
  const absl::Status& why = both[0] ? both[0]->status() : both[1]->status();
  return absl::DataLossError(absl::StrCat(PathOf(database, 0), " and ", PathOf(database, 1),
                                          ": neither is whole: ", why.message()));
}

absl::StatusOr<AnchorFile> AnchorFile::Open(const std::string& database) {
  const std::optional<size_t> newest = NewestOf(ReadBoth(database));
  std::array<Descriptor, 2> files;
  for (size_t file = 0; file < files.size(); ++file) {
    const std::string path = PathOf(database, file);
    files[file] = Descriptor(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!files[file].valid()) return Failure("open", path);
  }
  absl::Status status = SyncFolder(FolderOf(database));
  // The one that counts until the other is written.
  if (status.ok() && newest) status = WriteAgain(PathOf(database, *newest));
  if (!status.ok()) return status;
  return AnchorFile(database, std::move(files), newest);
}

AnchorFile::AnchorFile(std::string database, std::array<Descriptor, 2> files,
                       std::optional<size_t> newest)
    : database_(std::move(database)),
      files_(std::move(files)),
      is_first_(!newest),
      next_(newest ? 1 - *newest : 0) {}

absl::Status AnchorFile::Reserve(size_t jobs) {
  const int64_t bytes = std::max(kLeastBytes, kJobBytes * static_cast<int64_t>(jobs));
  if (bytes <= reserved_bytes_) return absl::OkStatus();
  for (size_t file = 0; file < files_.size(); ++file) {
    errno = posix_fallocate(files_[file].get(), 0, 2 * bytes);
    if (errno != 0) return Failure("reserve room for", PathOf(database_, file));
    if (fsync(files_[file].get()) != 0) return Failure("sync", PathOf(database_, file));
  }
  reserved_bytes_ = 2 * bytes;
  return absl::OkStatus();
}

// All or nothing: the other file has none that would count if half of this one were lost.
absl::Status AnchorFile::WriteFirst(std::string bytes) {
  const std::string path = PathOf(database_, next_);
  bytes.resize(std::max(bytes.size(), static_cast<size_t>(reserved_bytes_)));
  absl::Status status = WriteFileAtomically(path, bytes);
  if (!status.ok()) return status;
  files_[next_] = Descriptor(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!files_[next_].valid()) return Failure("open", path);
  is_first_ = false;
  next_ = 1 - next_;
  return absl::OkStatus();
}

absl::Status AnchorFile::Write(const Anchor& anchor) {
  if (is_first_) return WriteFirst(EncodeAnchor(anchor));
  const int fd = files_[next_].get();
  absl::Status status = WriteAt(fd, EncodeAnchor(anchor));
  if (status.ok() && fdatasync(fd) != 0) status = absl::ErrnoToStatus(errno, "sync");
  if (!status.ok()) {
    return absl::InternalError(absl::StrCat(PathOf(database_, next_), ": ", status.message(),
                                            "; what was committed last is not acknowledged"));
  }
  next_ = 1 - next_;
  return absl::OkStatus();
}

}  // namespace paceline
