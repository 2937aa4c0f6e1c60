// A file of a SimDisk: what of it is durable, and what was done to it since.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/testing/sim/random.h"

namespace paceline {

enum class FileKind {
  kDatabase,
  kWal,
  kJournal,
  kSharedMemory,
  kAnchor,
  kCheckpoint,
  kHistory,
  kLog,
  kEvents,
  kTemporary,
  kFolder,
  kOther,
};
FileKind KindOf(std::string_view path);
const char* NameOf(FileKind kind);

// How much of what was not synced a power loss leaves.
enum class Loss { kAll, kNothing, kEnd, kParts };

class DiskFile {
 public:
  DiskFile(int id, FileKind kind) : id_(id), kind_(kind) {}

  int id() const { return id_; }
  FileKind kind() const { return kind_; }
  void set_kind(FileKind kind) { kind_ = kind; }  // it has another name
  // As a process sees it.
  uint64_t size() const { return size_; }

  void Write(uint64_t at, std::string_view bytes);
  void Resize(uint64_t size);
  // Everything is durable.
  void Sync();
  // A part of what was not synced is, and the rest will never be, though a process sees it.
  void FailSync(SimRandom& random);
  // Of what was not synced that much is lost. Whether there was any.
  bool Lose(Loss loss, SimRandom& random);

  bool has_changes() const { return !changes_.empty(); }
  // A sync has failed since it was known that all is durable.
  bool is_doubtful() const { return doubtful_; }
  void Trust() { doubtful_ = false; }
  const std::string& durable() const { return durable_; }

 private:
  struct Change {
    bool resizes = false;
    uint64_t at = 0;  // the new size, if it resizes
    std::string bytes;
  };
  void Apply(const Change& change);
  void ApplyParts(const Change& change, SimRandom& random);

  const int id_;
  FileKind kind_;
  uint64_t size_ = 0;
  bool doubtful_ = false;
  std::string durable_;
  std::vector<Change> changes_;
};

}  // namespace paceline
