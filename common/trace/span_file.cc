#include "common/trace/span_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <span>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

// So many spans make a line, or as many as there are after so long.
constexpr size_t kBatch = 512;
constexpr std::chrono::milliseconds kGather{500};

absl::Status Failure(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("cannot {} {}", what, path));
}

// Whether the file's last line lacks its end.
bool IsTorn(int file, off_t bytes) {
  char last = '\n';
  return bytes > 0 && pread(file, &last, 1, bytes - 1) == 1 && last != '\n';
}

}  // namespace

absl::StatusOr<std::unique_ptr<SpanFile>> SpanFile::Open(Options options) {
  std::unique_ptr<SpanFile> file(new SpanFile(std::move(options)));
  if (absl::Status opened = file->OpenPath(); !opened.ok()) return opened;
  file->thread_ = std::jthread([raw = file.get()](const std::stop_token& stop) { raw->Run(stop); });
  return file;
}

SpanFile::~SpanFile() = default;

absl::Status SpanFile::OpenPath() {
  const std::string& path = options_.path;
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600));
  if (!file.valid()) return Failure("open", path);
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return Failure("look at", path);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is no regular file"));
  }
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("another program writes spans to ", path));
  }
  bytes_ = static_cast<uint64_t>(info.st_size);
  torn_ = IsTorn(file.get(), info.st_size);
  file_ = std::move(file);
  return absl::OkStatus();
}

void SpanFile::Take(SpanData span) {
  size_t waiting = 0;
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() >= options_.max_waiting) {
      ++dropped_;
      return;
    }
    waiting_.push_back(std::move(span));
    waiting = waiting_.size();
  }
  // Between these it knows what it waits for.
  if (waiting == 1 || waiting == kBatch) wake_.notify_one();
}

void SpanFile::Run(const std::stop_token& stop) {
  while (true) {
    const std::vector<SpanData> spans = Next(stop);
    if (spans.empty()) return;
    Write(spans);
  }
}

std::vector<SpanData> SpanFile::Next(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
  wake_.wait_for(lock, stop, kGather, [this] { return waiting_.size() >= kBatch; });
  return std::exchange(waiting_, {});
}

void SpanFile::Write(const std::vector<SpanData>& spans) {
  for (size_t begin = 0; begin < spans.size(); begin += kBatch) {
    const auto batch = std::span(spans).subspan(begin, std::min(kBatch, spans.size() - begin));
    const absl::Status written = WriteLine(OtlpLine(options_.resource, batch, dropped_) + "\n");
    if (!written.ok()) Drop(batch.size(), written);
  }
}

absl::Status SpanFile::WriteLine(const std::string& line) {
  if (bytes_ > 0 && bytes_ + line.size() > options_.max_bytes) {
    if (absl::Status rotated = Rotate(); !rotated.ok()) return rotated;
  }
  const std::string bytes = absl::StrCat(torn_ ? "\n" : "", line);
  torn_ = true;
  if (!WriteAll(file_.get(), bytes)) return Failure("write to", options_.path);
  torn_ = false;
  complained_ = false;
  bytes_ += bytes.size();
  return absl::OkStatus();
}

absl::Status SpanFile::Rotate() {
  const std::string older = options_.path + ".1";
  if (rename(options_.path.c_str(), older.c_str()) != 0) return Failure("rename", options_.path);
  return OpenPath();
}

void SpanFile::Drop(size_t spans, const absl::Status& why) {
  dropped_ += spans;
  if (std::exchange(complained_, true)) return;
  spdlog::warn("spans are dropped: {}", std::string(why.message()));
}

}  // namespace paceline
