#include "coordinator/job/theta_segment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/base/sealed.h"

namespace paceline {
namespace {

std::string Record(const v1::Theta& theta) {
  std::string record;
  AppendNumber(record, static_cast<int64_t>(theta.step()));
  AppendNumber(record, static_cast<uint64_t>(theta.hash()));
  return record + theta.values();
}

bool WriteAt(int fd, std::string_view bytes, uint64_t at) {
  while (!bytes.empty()) {
    const ssize_t put = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (put < 0 && errno != EINTR) return false;
    if (put > 0) bytes.remove_prefix(static_cast<size_t>(put));
    if (put > 0) at += static_cast<uint64_t>(put);
  }
  return true;
}

// False if the file is shorter, or cannot be read.
bool ReadAt(int fd, std::string& bytes, uint64_t at) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
    if (got == 0 || (got < 0 && errno != EINTR)) return false;
    if (got > 0) done += static_cast<size_t>(got);
  }
  return true;
}

bool Parse(std::string_view record, const std::string& job, v1::Theta& theta) {
  int64_t step = 0;
  uint64_t hash = 0;
  if (!TakeNumber(record, step) || !TakeNumber(record, hash)) return false;
  std::vector<float> values(record.size() / sizeof(float));
  if (!BytesToFloats(record, values) || ThetaHash(job, step, values) != hash) return false;
  theta.set_job(job);
  theta.set_step(step);
  theta.set_hash(hash);
  theta.set_values(record.data(), record.size());
  return true;
}

int64_t SizeOf(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 ? info.st_size : 0;
}

}  // namespace

absl::StatusOr<std::shared_ptr<ThetaSegment>> ThetaSegment::Create(const std::string& folder,
                                                                   const std::string& identity,
                                                                   int64_t first,
                                                                   uint64_t theta_bytes) {
  if (absl::Status status = MakeFolder(folder); !status.ok()) return status;
  // No other segment has the name: a reader may hold one longer than its history.
  std::string path;
  Descriptor file;
  for (int number = 0; !file.valid(); ++number) {
    path = absl::StrFormat("%s/theta-%09d-%d.bin", folder, first, number);
    file = Descriptor(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file.valid() && errno != EEXIST) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
    }
  }
  if (!WriteAt(file.get(), identity, 0)) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write to ", path));
  }
  return std::shared_ptr<ThetaSegment>(new ThetaSegment(path, std::move(file), first, theta_bytes));
}

std::shared_ptr<ThetaSegment> ThetaSegment::Adopt(const std::string& path, const std::string& job,
                                                  const std::string& identity,
                                                  uint64_t theta_bytes) {
  Descriptor file(open(path.c_str(), O_RDWR | O_CLOEXEC));
  std::string head(kIdentityBytes + sizeof(int64_t), '\0');
  if (!file.valid() || !ReadAt(file.get(), head, 0)) return nullptr;
  std::string_view rest = std::string_view(head).substr(kIdentityBytes);
  int64_t first = 0;
  TakeNumber(rest, first);
  if (!head.starts_with(identity)) return nullptr;
  const int64_t bytes = SizeOf(file.get()) - static_cast<int64_t>(kIdentityBytes);
  std::shared_ptr<ThetaSegment> segment(
      new ThetaSegment(path, std::move(file), first, theta_bytes));
  segment->end_ = first + bytes / static_cast<int64_t>(segment->record_bytes_);
  const bool whole = segment->end_ > first && segment->Read(job, first).ok() &&
                     segment->Read(job, segment->end_ - 1).ok();
  return whole ? segment : nullptr;
}

void ThetaSegment::RemoveFile() const { unlink(path_.c_str()); }

absl::Status ThetaSegment::Append(const v1::Theta& theta) {
  if (!WriteAt(file_.get(), Record(theta), PlaceOf(end_))) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write to ", path_));
  }
  ++end_;
  return absl::OkStatus();
}

absl::StatusOr<v1::Theta> ThetaSegment::Read(const std::string& job, int64_t step) const {
  std::string record(record_bytes_, '\0');
  v1::Theta theta;
  const bool whole = ReadAt(file_.get(), record, PlaceOf(step)) && Parse(record, job, theta) &&
                     theta.step() == step;
  if (whole) return theta;
  return absl::DataLossError(absl::StrCat(path_, ": θ of outer step ", step, " is damaged"));
}

}  // namespace paceline
