#include "tests/testing/sim/disk_file.h"

#include <algorithm>
#include <utility>

namespace paceline {
namespace {

constexpr uint64_t kSectorBytes = 512;

}  // namespace

FileKind KindOf(std::string_view path) {
  const auto has = [path](std::string_view part) {
    return path.find(part) != std::string_view::npos;
  };
  if (path.ends_with(".tmp")) return FileKind::kTemporary;
  if (path.ends_with("coordinator.db")) return FileKind::kDatabase;
  if (path.ends_with("-wal")) return FileKind::kWal;
  if (path.ends_with("-journal")) return FileKind::kJournal;
  if (path.ends_with("-shm")) return FileKind::kSharedMemory;
  if (has("-anchor")) return FileKind::kAnchor;
  if (has("/checkpoints/")) return FileKind::kCheckpoint;
  if (has("/history/")) return FileKind::kHistory;
  if (path.ends_with("/log.jsonl")) return FileKind::kLog;
  if (has("/tensorboard/")) return FileKind::kEvents;
  return FileKind::kOther;
}

const char* NameOf(FileKind kind) {
  switch (kind) {
    case FileKind::kDatabase:
      return "database";
    case FileKind::kWal:
      return "wal";
    case FileKind::kJournal:
      return "journal";
    case FileKind::kSharedMemory:
      return "shm";
    case FileKind::kAnchor:
      return "anchor";
    case FileKind::kCheckpoint:
      return "checkpoint";
    case FileKind::kHistory:
      return "history";
    case FileKind::kLog:
      return "log";
    case FileKind::kEvents:
      return "events";
    case FileKind::kTemporary:
      return "temporary";
    case FileKind::kFolder:
      return "folder";
    case FileKind::kOther:
      return "other";
  }
  return "";
}

void DiskFile::Write(uint64_t at, std::string_view bytes) {
  changes_.push_back({.at = at, .bytes = std::string(bytes)});
  size_ = std::max(size_, at + bytes.size());
}

void DiskFile::Resize(uint64_t size) {
  changes_.push_back({.resizes = true, .at = size, .bytes = {}});
  size_ = size;
}

void DiskFile::Apply(const Change& change) {
  if (change.resizes) {
    durable_.resize(change.at);
    return;
  }
  durable_.resize(std::max<uint64_t>(durable_.size(), change.at + change.bytes.size()));
  durable_.replace(change.at, change.bytes.size(), change.bytes);
}

// Each sector that the write touches is there or not.
void DiskFile::ApplyParts(const Change& change, SimRandom& random) {
  if (change.resizes) {
    if (random.Chance(0.5)) Apply(change);
    return;
  }
  for (uint64_t done = 0; done < change.bytes.size();) {
    const uint64_t at = change.at + done;
    const uint64_t size =
        std::min<uint64_t>(kSectorBytes - at % kSectorBytes, change.bytes.size() - done);
    if (random.Chance(0.5)) Apply({.at = at, .bytes = change.bytes.substr(done, size)});
    done += size;
  }
}

void DiskFile::Sync() {
  for (const Change& change : std::exchange(changes_, {})) Apply(change);
}

void DiskFile::FailSync(SimRandom& random) {
  for (const Change& change : std::exchange(changes_, {})) ApplyParts(change, random);
  doubtful_ = true;
}

bool DiskFile::Lose(Loss loss, SimRandom& random) {
  const std::vector<Change> changes = std::exchange(changes_, {});
  size_t whole = 0;
  if (loss == Loss::kNothing) whole = changes.size();
  if (loss == Loss::kEnd && !changes.empty()) whole = random.Below(changes.size() + 1);
  for (size_t i = 0; i < whole; ++i) Apply(changes[i]);
  if (loss == Loss::kEnd && whole < changes.size()) ApplyParts(changes[whole], random);
  if (loss == Loss::kParts) {
    for (const Change& change : changes) ApplyParts(change, random);
  }
  size_ = durable_.size();
  doubtful_ = false;
  return !changes.empty();
}

}  // namespace paceline
