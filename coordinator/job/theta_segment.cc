#include "coordinator/job/theta_segment.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
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

}  // namespace

absl::StatusOr<std::shared_ptr<ThetaSegment>> ThetaSegment::Create(const std::string& folder,
                                                                   int64_t first) {
  if (absl::Status status = MakeFolder(folder); !status.ok()) return status;
  // No other segment of this life has the name: a reader may hold one longer than its history.
  static std::atomic<uint64_t> counter = 0;
  const std::string path =
      absl::StrFormat("%s/theta-%09d-%d.bin", folder, first, counter.fetch_add(1));
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.valid()) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  return std::shared_ptr<ThetaSegment>(new ThetaSegment(path, std::move(file), first));
}

ThetaSegment::~ThetaSegment() { unlink(path_.c_str()); }

absl::Status ThetaSegment::Append(const v1::Theta& theta) {
  const std::string record = Record(theta);
  if (record_bytes_ == 0) record_bytes_ = record.size();
  if (!WriteAt(file_.get(), record, bytes())) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write to ", path_));
  }
  ++end_;
  return absl::OkStatus();
}

absl::StatusOr<v1::Theta> ThetaSegment::Read(const std::string& job, int64_t step) const {
  std::string record(record_bytes_, '\0');
  v1::Theta theta;
  const bool whole =
      ReadAt(file_.get(), record, static_cast<uint64_t>(step - first_) * record_bytes_) &&
      Parse(record, job, theta) && theta.step() == step;
  if (whole) return theta;
  return absl::DataLossError(absl::StrCat(path_, ": θ of outer step ", step, " is damaged"));
}

}  // namespace paceline
