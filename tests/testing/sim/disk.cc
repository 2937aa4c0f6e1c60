#include "tests/testing/sim/disk.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>

#include "gtest/gtest.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;

SimDisk* current = nullptr;

const char* NameOf(DiskCall call) {
  constexpr const char* kNames[] = {"write", "sync", "create", "rename", "remove", "cut"};
  return kNames[static_cast<int>(call)];
}

int Fail(int error) {
  errno = error;
  return -1;
}

std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

int OpenReally(const char* path, int flags, mode_t mode) {
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

void WriteReally(const std::string& path, std::string_view bytes) {
  const int fd = OpenReally(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  ASSERT_GE(fd, 0) << path;
  ASSERT_EQ(syscall(SYS_write, fd, bytes.data(), bytes.size()), static_cast<int64_t>(bytes.size()));
  syscall(SYS_close, fd);
}

std::string ReadReally(const std::string& path, uint64_t size) {
  const int fd = OpenReally(path.c_str(), O_RDONLY | O_CLOEXEC, 0);
  std::string bytes(size + 1, '\0');
  const auto got = syscall(SYS_pread64, fd, bytes.data(), bytes.size(), 0);
  syscall(SYS_close, fd);
  bytes.resize(static_cast<size_t>(std::max(got, 0L)));
  return bytes;
}

}  // namespace

SimDisk::SimDisk(std::string folder, SimRandom random, SimTrace& trace, Failpoints& failpoints)
    : folder_(std::move(folder)), random_(random), trace_(trace), failpoints_(failpoints) {
  names_[folder_] = std::make_shared<DiskFile>(next_id_++, FileKind::kFolder);
  durable_names_ = names_;
  EXPECT_EQ(current, nullptr);
  current = this;
  TakeDiskCalls();
}

SimDisk::~SimDisk() { current = nullptr; }

SimDisk* SimDisk::Current() { return current; }

void SimDisk::Begin(DiskFault fault) {
  fault_ = fault;
  calls_ = counted_ = 0;
  off_ = failed_sync_ = false;
}

bool SimDisk::IsUnder(std::string_view path) const {
  return path.starts_with(folder_) &&
         (path.size() == folder_.size() || path[folder_.size()] == '/');
}

// ---- faults

void SimDisk::Die(std::string_view how, DiskCall call, const DiskFile& file) {
  off_ = true;
  failpoints_.Reach(how, std::string(NameOf(call)) + " " + NameOf(file.kind()));
  trace_.Add(how, static_cast<uint64_t>(file.id()), calls_);
}

SimDisk::Outcome SimDisk::Count(DiskCall call, const DiskFile& file, uint64_t what) {
  if (off_) return Outcome::kDead;
  ++calls_;
  trace_.Add(NameOf(call), static_cast<uint64_t>(file.id()), what);
  using Kind = DiskFault::Kind;
  if (fault_.kind == Kind::kNone || fault_.file.value_or(file.kind()) != file.kind()) {
    return Outcome::kGoOn;
  }
  if (++counted_ < fault_.call) return Outcome::kGoOn;
  if (fault_.kind == Kind::kTorn && call != DiskCall::kWrite) return Outcome::kGoOn;
  if (fault_.kind == Kind::kNoSync && call != DiskCall::kSync) return Outcome::kGoOn;
  switch (std::exchange(fault_, {}).kind) {
    case Kind::kBefore:
      Die("killed before", call, file);
      return Outcome::kDead;
    case Kind::kTorn:
      Die("torn", call, file);
      return Outcome::kTorn;
    case Kind::kNoSync:
      failpoints_.Reach("failed", std::string("sync ") + paceline::NameOf(file.kind()));
      trace_.Add("sync fails", static_cast<uint64_t>(file.id()));
      failed_sync_ = true;
      return Outcome::kNoSync;
    case Kind::kAfter:
      Die("killed after", call, file);
      return Outcome::kGoOn;  // this one is still done
    case Kind::kNone:
      break;
  }
  return Outcome::kGoOn;
}

// What a folder held goes with it, though another one of its name comes.
void SimDisk::MakeDurable(const NameChange& change) {
  for (const auto& [name, file] : change.entries) {
    const auto folder = durable_names_.find(ParentOf(name));
    if (folder != durable_names_.end() && folder->second != change.folder) continue;
    const auto old = durable_names_.find(name);
    if (old != durable_names_.end() && old->second->kind() == FileKind::kFolder) {
      std::erase_if(durable_names_, [inside = name + "/"](const auto& entry) {
        return entry.first.starts_with(inside);
      });
    }
    if (file) {
      durable_names_[name] = file;
    } else {
      durable_names_.erase(name);
    }
  }
}

void SimDisk::LoseNames() {
  const auto loss = static_cast<Loss>(random_.Below(4));
  const size_t end = random_.Below(changes_.size() + 1);
  for (size_t i = 0; i < changes_.size(); ++i) {
    const bool stays = loss == Loss::kNothing || (loss == Loss::kEnd && i < end) ||
                       (loss == Loss::kParts && random_.Chance(0.5));
    if (!stays) {
      const auto& [name, file] = changes_[i].entries.back();
      failpoints_.Reach(
          "lost", file ? std::string("name of ") + NameOf(file->kind()) : std::string("removal"));
      continue;
    }
    MakeDurable(changes_[i]);
  }
  changes_.clear();
  // Parents come before what is in them.
  for (auto entry = durable_names_.begin(); entry != durable_names_.end();) {
    const bool orphan = entry->first != folder_ && !durable_names_.contains(ParentOf(entry->first));
    entry = orphan ? durable_names_.erase(entry) : std::next(entry);
  }
}

void SimDisk::LosePower() {
  trace_.Add("power loss");
  open_.clear();
  LoseNames();
  names_ = durable_names_;
  std::map<int, FilePtr> files;
  for (const auto& [name, file] : names_) files[file->id()] = file;
  const auto loss = static_cast<Loss>(random_.Below(4));
  for (const auto& [id, file] : files) {
    if (file->Lose(loss, random_) && loss != Loss::kNothing) {
      failpoints_.Reach("lost", std::string("writes of ") + NameOf(file->kind()));
    }
  }
  WriteBack();
}

void SimDisk::WriteBack() {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    std::error_code error;
    // Through libc's own calls: the disk is off.
    current = nullptr;
    fs::remove_all(entry.path(), error);
    current = this;
    ASSERT_FALSE(error) << error.message();
  }
  std::map<int, std::string> files;
  for (const auto& [name, file] : names_) {
    if (file->kind() == FileKind::kFolder) {
      syscall(SYS_mkdir, name.c_str(), 0755);
    } else {
      files[file->id()] = name;  // in whose order they are listed afterwards
    }
  }
  for (const auto& [id, name] : files) WriteReally(name, names_.at(name)->durable());
}

bool SimDisk::IsDurable(std::initializer_list<FileKind> kinds) {
  for (const auto& [name, file] : names_) {
    if (std::ranges::count(kinds, file->kind()) == 0) continue;
    const auto found = durable_names_.find(name);
    if (found == durable_names_.end() || found->second != file || file->has_changes()) return false;
    if (!file->is_doubtful()) continue;
    const std::string seen = ReadReally(name, file->size());
    // Room that is reserved is no content.
    const size_t end =
        file->kind() == FileKind::kAnchor ? seen.find_last_not_of('\0') + 1 : seen.size();
    if (seen.substr(0, end) != file->durable().substr(0, end)) return false;
    if (file->durable().find_first_not_of('\0', end) != std::string::npos) return false;
    file->Trust();
  }
  return true;
}

// ---- names

SimDisk::FilePtr SimDisk::Find(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? nullptr : found->second;
}

SimDisk::FilePtr SimDisk::FolderOf(const std::string& path) const { return Find(ParentOf(path)); }

void SimDisk::SetNames(const std::string& folder_of,
                       std::vector<std::pair<std::string, FilePtr>> entries) {
  for (const auto& [name, file] : entries) {
    if (file) {
      names_[name] = file;
    } else {
      names_.erase(name);
    }
  }
  changes_.push_back({FolderOf(folder_of), std::move(entries)});
}

SimDisk::FilePtr SimDisk::Make(const std::string& path) {
  return std::make_shared<DiskFile>(next_id_++, KindOf(path));
}

int SimDisk::Open(const char* path, int flags, mode_t mode) {
  const std::string name = path;
  if (KindOf(name) == FileKind::kSharedMemory) return OpenReally(path, flags, mode);
  FilePtr file = Find(name);
  const bool makes = !file && (flags & O_CREAT) != 0;
  const bool cuts = file && (flags & O_TRUNC) != 0 && file->size() > 0;
  if (makes) {
    file = Make(name);
    if (Count(DiskCall::kCreate, *file, 0) == Outcome::kDead) return Fail(EIO);
    if (full_) return failpoints_.Reach("full", "create"), Fail(ENOSPC);
  }
  if (cuts && Count(DiskCall::kCut, *file, 0) == Outcome::kDead) return Fail(EIO);
  const int fd = OpenReally(path, flags, mode);
  if (fd < 0 || !file) return fd;
  if (makes) SetNames(name, {{name, file}});
  if (cuts) file->Resize(0);
  open_[fd] = file;
  return fd;
}

int SimDisk::Close(int fd) {
  open_.erase(fd);
  return static_cast<int>(syscall(SYS_close, fd));
}

int SimDisk::MakeFolder(const char* path, mode_t mode) {
  const std::string name = path;
  if (Find(name)) return Fail(EEXIST);
  const auto folder = std::make_shared<DiskFile>(next_id_++, FileKind::kFolder);
  if (Count(DiskCall::kCreate, *folder, 0) == Outcome::kDead) return Fail(EIO);
  if (full_) return failpoints_.Reach("full", "create"), Fail(ENOSPC);
  const int made = static_cast<int>(syscall(SYS_mkdir, path, mode));
  if (made == 0) SetNames(name, {{name, folder}});
  return made;
}

int SimDisk::Rename(const char* from, const char* to) {
  const FilePtr file = Find(from);
  if (!file) return static_cast<int>(syscall(SYS_rename, from, to));
  file->set_kind(KindOf(to));
  if (Count(DiskCall::kRename, *file, 0) == Outcome::kDead) return Fail(EIO);
  const int renamed = static_cast<int>(syscall(SYS_rename, from, to));
  if (renamed == 0) SetNames(to, {{from, nullptr}, {to, file}});
  return renamed;
}

int SimDisk::Remove(const char* path, bool folder) {
  const FilePtr file = Find(path);
  const int64_t number = folder ? SYS_rmdir : SYS_unlink;
  if (!file) {
    // SQLite's shared memory, which a process that is dead leaves where it is.
    if (off_) return Fail(EIO);
    return static_cast<int>(syscall(number, path));
  }
  if ((file->kind() == FileKind::kFolder) != folder) return Fail(folder ? ENOTDIR : EISDIR);
  if (Count(DiskCall::kRemove, *file, 0) == Outcome::kDead) return Fail(EIO);
  const int removed = static_cast<int>(syscall(number, path));
  if (removed == 0) SetNames(path, {{path, nullptr}});
  return removed;
}

// ---- content

ssize_t SimDisk::Write(int fd, const void* bytes, size_t size, off_t at) {
  DiskFile& file = *open_.at(fd);
  const std::string_view content(static_cast<const char*>(bytes), size);
  const Outcome outcome = Count(DiskCall::kWrite, file, SimHash(content));
  if (outcome == Outcome::kDead) return Fail(EIO);
  const bool appends = at < 0 && (syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND) != 0;
  const auto place =
      static_cast<uint64_t>(appends  ? static_cast<off_t>(file.size())
                            : at < 0 ? static_cast<off_t>(syscall(SYS_lseek, fd, 0, SEEK_CUR))
                                     : at);
  if (outcome == Outcome::kTorn) size /= 2;
  if (full_ && outcome == Outcome::kGoOn && place + size > file.size()) {
    failpoints_.Reach("full", std::string("write ") + paceline::NameOf(file.kind()));
    trace_.Add("no room", static_cast<uint64_t>(file.id()));
    cut_short_.insert(file.kind());
    if (size < 2 || random_.Chance(0.5)) return Fail(ENOSPC);
    size /= 2;  // there was room for some of it
  }
  const ssize_t put =
      at < 0 ? syscall(SYS_write, fd, bytes, size) : syscall(SYS_pwrite64, fd, bytes, size, at);
  if (put > 0) file.Write(place, content.substr(0, static_cast<size_t>(put)));
  return outcome == Outcome::kTorn ? Fail(EIO) : put;
}

int SimDisk::SyncFolder(const FilePtr& folder) {
  std::erase_if(changes_, [&](const NameChange& change) {
    if (change.folder != folder) return false;
    MakeDurable(change);
    return true;
  });
  return 0;
}

int SimDisk::Sync(int fd) {
  const FilePtr file = open_.at(fd);
  switch (Count(DiskCall::kSync, *file, 0)) {
    case Outcome::kDead:
      return Fail(EIO);
    case Outcome::kNoSync:
      if (file->kind() != FileKind::kFolder) file->FailSync(random_);
      return Fail(EIO);
    case Outcome::kGoOn:
    case Outcome::kTorn:
      break;
  }
  cut_short_.erase(file->kind());
  if (file->kind() == ignored_) return 0;
  if (file->kind() == FileKind::kFolder) return SyncFolder(file);
  file->Sync();
  return 0;
}

int SimDisk::Cut(int fd, off_t size) {
  DiskFile& file = *open_.at(fd);
  if (Count(DiskCall::kCut, file, static_cast<uint64_t>(size)) == Outcome::kDead) return Fail(EIO);
  const int cut = static_cast<int>(syscall(SYS_ftruncate, fd, size));
  if (cut == 0) file.Resize(static_cast<uint64_t>(size));
  return cut;
}

int SimDisk::Grow(int fd, off_t size) {
  DiskFile& file = *open_.at(fd);
  if (static_cast<uint64_t>(size) <= file.size()) return 0;
  if (off_) return Fail(EIO);
  if (full_) return failpoints_.Reach("full", "grow"), Fail(ENOSPC);
  return Cut(fd, size);
}

}  // namespace paceline
