// A disk that forgets: what is written below a folder reaches the files at once, as in a page
// cache, and a power loss takes what was not synced, or parts of it. It may also fail to sync, be
// full, or be the last thing that a process did.
//
// disk_calls.cc, linked into the program itself, sends the calls of libc here, SQLite's too. Works
// on files of a real folder, best in memory. Contents are lost by sectors, in any order; entries of
// folders (made, renamed, removed) one by one, in order where they are of one name.
// Not simulated: reads that fail, and the shared memory of SQLite's log, which a power loss
// removes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/testing/sim/disk_file.h"
#include "tests/testing/sim/failpoints.h"
#include "tests/testing/sim/random.h"
#include "tests/testing/sim/trace.h"

namespace paceline {

// Does nothing: whoever calls it has the calls of disk_calls.cc in the program.
void TakeDiskCalls();

enum class DiskCall { kWrite, kSync, kCreate, kRename, kRemove, kCut };

struct DiskFault {
  enum class Kind {
    kNone,
    kBefore,  // the process dies just before the call
    kAfter,   // just after it
    kTorn,    // in the middle of a write
    kNoSync,  // a sync fails: what it was for is lost at a power loss, though reads show it
  };
  Kind kind = Kind::kNone;
  // Which one of this life, from 1, or of those of such files; of kTorn and kNoSync the next that
  // fits.
  uint64_t call = 0;
  std::optional<FileKind> file{};
};

class SimDisk {
 public:
  // One at a time. `folder` is absolute, without links, and its content is the disk's.
  SimDisk(std::string folder, SimRandom random, SimTrace& trace, Failpoints& failpoints);
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;
  static SimDisk* Current();

  // ---- what happens to it

  // A process begins: it may do all, until the fault.
  void Begin(DiskFault fault);
  // The process is dead: its calls change nothing any more.
  void TurnOff() { off_ = true; }
  bool off() const { return off_; }
  // The fault that this life was to have does not come any more.
  void Spare() { fault_ = {}; }
  // No room for files to grow.
  void SetFull(bool full) { full_ = full; }
  bool full() const { return full_; }
  // There was no room for all of a write, and no sync since: in a log what counts was synced
  // before, a database has pages that its log has too.
  bool is_cut_short(FileKind kind) const { return cut_short_.contains(kind); }
  // In this life.
  bool failed_sync() const { return failed_sync_; }
  // Syncs of files of that kind do nothing from now on: to see that it is noticed.
  void IgnoreSyncs(FileKind kind) { ignored_ = kind; }
  // After the process died, with all its files closed.
  void LosePower();

  // Whether a power loss right now would cost nothing of the files of these kinds.
  bool IsDurable(std::initializer_list<FileKind> kinds);
  uint64_t calls() const { return calls_; }

  // ---- calls; the answer is libc's, with errno

  bool IsUnder(std::string_view path) const;
  int Open(const char* path, int flags, mode_t mode);
  int Close(int fd);
  bool Knows(int fd) const { return open_.contains(fd); }
  ssize_t Write(int fd, const void* bytes, size_t size, off_t at);  // at −1: where the file stands
  int Sync(int fd);
  int Cut(int fd, off_t size);
  int Grow(int fd, off_t size);
  int Rename(const char* from, const char* to);
  int Remove(const char* path, bool folder);
  int MakeFolder(const char* path, mode_t mode);

 private:
  using FilePtr = std::shared_ptr<DiskFile>;
  // What a folder's entry is to be; nothing: none.
  struct NameChange {
    FilePtr folder;
    std::vector<std::pair<std::string, FilePtr>> entries;
  };

  enum class Outcome { kGoOn, kDead, kTorn, kNoSync };
  Outcome Count(DiskCall call, const DiskFile& file, uint64_t what);
  void Die(std::string_view how, DiskCall call, const DiskFile& file);
  FilePtr Find(const std::string& path) const;
  FilePtr FolderOf(const std::string& path) const;
  FilePtr Make(const std::string& path);
  void SetNames(const std::string& folder_of, std::vector<std::pair<std::string, FilePtr>> entries);
  int SyncFolder(const FilePtr& folder);
  void MakeDurable(const NameChange& change);
  void LoseNames();
  void WriteBack();

  const std::string folder_;
  SimRandom random_;
  SimTrace& trace_;
  Failpoints& failpoints_;
  DiskFault fault_;
  uint64_t calls_ = 0;
  uint64_t counted_ = 0;  // of these, towards the fault
  bool off_ = false, full_ = false;
  bool failed_sync_ = false;
  std::set<FileKind> cut_short_;
  std::optional<FileKind> ignored_;
  int next_id_ = 0;
  std::map<std::string, FilePtr> names_, durable_names_;
  std::vector<NameChange> changes_;
  std::map<int, FilePtr> open_;
};

}  // namespace paceline
