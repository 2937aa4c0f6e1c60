#include "coordinator/series/series_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "coordinator/log/crc32c.h"

namespace paceline {
namespace {

static_assert(std::endian::native == std::endian::little);

struct Head {
  char magic[8] = {'P', 'L', 'S', 'E', 'R', 'I', 'E', '1'};
  int64_t born = 0;
  uint64_t metrics = 0;
  uint64_t unused = 0;
};
static_assert(sizeof(Head) == 32);

constexpr size_t kBlockBytes = 256 << 10;

uint32_t CheckOf(int64_t step, const char* values, size_t bytes) {
  std::string text(reinterpret_cast<const char*>(&step), sizeof(step));
  text.append(values, bytes);
  return Crc32c(text);
}

void AppendRow(int64_t step, std::span<const float> row, std::string& bytes) {
  const auto* values = reinterpret_cast<const char*>(row.data());
  bytes.append(values, row.size_bytes());
  const uint32_t check = CheckOf(step, values, row.size_bytes());
  bytes.append(reinterpret_cast<const char*>(&check), sizeof(check));
}

}  // namespace

absl::Status SeriesFile::Failed(const char* what) const {
  const std::string text = absl::StrCat(job_.path, ": ", what, ": ", std::strerror(errno));
  return errno == ENOENT ? absl::NotFoundError(text) : absl::UnavailableError(text);
}

absl::StatusOr<SeriesFile> SeriesFile::Open(const Job& job) {
  Descriptor descriptor(open(job.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const bool opened = descriptor.valid();
  SeriesFile file(job, std::move(descriptor));
  if (!opened) return file.Failed("cannot be opened");
  const Head wanted{.born = job.born, .metrics = job.metrics};
  Head head;
  const bool same = pread(file.file_.get(), &head, sizeof(head), 0) == sizeof(head) &&
                    std::memcmp(&head, &wanted, sizeof(head)) == 0;
  if (!same) {
    if (absl::Status status = file.Begin(); !status.ok()) return status;
  }
  struct stat facts {};
  if (fstat(file.file_.get(), &facts) != 0) return file.Failed("cannot be read");
  file.rows_ =
      (facts.st_size - static_cast<int64_t>(sizeof(Head))) / static_cast<int64_t>(file.row_bytes());
  file.rows_ = file.CountWhole();
  return file;
}

absl::StatusOr<SeriesFile> SeriesFile::OpenToRead(const Job& job, int64_t rows) {
  return Known(job, rows, O_RDONLY);
}

absl::StatusOr<SeriesFile> SeriesFile::OpenToAppend(const Job& job, int64_t rows) {
  return Known(job, rows, O_RDWR);
}

absl::StatusOr<SeriesFile> SeriesFile::Known(const Job& job, int64_t rows, int flags) {
  Descriptor descriptor(open(job.path.c_str(), flags | O_CLOEXEC));
  const bool opened = descriptor.valid();
  SeriesFile file(job, std::move(descriptor));
  if (!opened) return file.Failed("cannot be opened");
  file.rows_ = rows;
  return file;
}

absl::Status SeriesFile::Begin() {
  const Head head{.born = job_.born, .metrics = job_.metrics};
  if (ftruncate(file_.get(), 0) != 0 ||
      pwrite(file_.get(), &head, sizeof(head), 0) != static_cast<ssize_t>(sizeof(head))) {
    return Failed("cannot be written");
  }
  return absl::OkStatus();
}

int64_t SeriesFile::CountWhole() const {
  int64_t whole = 0;
  const size_t values = job_.metrics * sizeof(float);
  (void)ReadBlocks(0, rows_, [&](int64_t, std::span<const char> block) {
    for (size_t at = 0; at < block.size(); at += row_bytes()) {
      uint32_t check = 0;
      std::memcpy(&check, &block[at + values], sizeof(check));
      if (check != CheckOf(whole + 1, &block[at], values)) return false;
      ++whole;
    }
    return true;
  });
  return whole;
}

absl::Status SeriesFile::Append(const std::vector<std::vector<float>>& rows) {
  std::string bytes;
  int64_t step = rows_;
  for (const std::vector<float>& row : rows) AppendRow(++step, row, bytes);
  const auto place = static_cast<off_t>(sizeof(Head) + static_cast<size_t>(rows_) * row_bytes());
  const ssize_t written = pwrite(file_.get(), bytes.data(), bytes.size(), place);
  if (written != static_cast<ssize_t>(bytes.size())) return Failed("cannot be written");
  rows_ = step;
  return absl::OkStatus();
}

absl::Status SeriesFile::ReadBlocks(int64_t begin, int64_t end, const TakeBlock& take) const {
  const auto at_once = static_cast<int64_t>(std::max<size_t>(kBlockBytes / row_bytes(), 1));
  std::vector<char> block(static_cast<size_t>(at_once) * row_bytes());
  for (int64_t row = begin; row < end; row += at_once) {
    const size_t bytes = static_cast<size_t>(std::min(at_once, end - row)) * row_bytes();
    const auto place = static_cast<off_t>(sizeof(Head) + static_cast<size_t>(row) * row_bytes());
    if (pread(file_.get(), block.data(), bytes, place) != static_cast<ssize_t>(bytes)) {
      return Failed("is shorter than it was");
    }
    if (!take(row, std::span(block).first(bytes))) break;
  }
  return absl::OkStatus();
}

absl::Status SeriesFile::Read(int64_t first_step, int64_t last_step, const Take& take) const {
  std::vector<float> row(job_.metrics);
  const int64_t begin = std::max<int64_t>(first_step - 1, 0);
  return ReadBlocks(begin, std::min(last_step, rows_), [&](int64_t step, auto block) {
    for (size_t at = 0; at < block.size(); at += row_bytes()) {
      std::memcpy(row.data(), &block[at], row.size() * sizeof(float));
      take(++step, row);
    }
    return true;
  });
}

}  // namespace paceline
