#define FUSE_USE_VERSION 35
#include "tests/fault/forgetful_mount.h"

#include <fuse3/fuse.h>
#include <fuse3/fuse_lowlevel.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace paceline {
namespace {

ForgetfulMount& Mount() { return *static_cast<ForgetfulMount*>(fuse_get_context()->private_data); }

ForgetfulNode& NodeOf(const fuse_file_info* info) {
  return **reinterpret_cast<ForgetfulNodePtr*>(info->fh);
}

// An open file is one though it was removed; null if there is none.
ForgetfulNodePtr Find(const char* path, const fuse_file_info* info) {
  if (info) return *reinterpret_cast<ForgetfulNodePtr*>(info->fh);
  return Mount().tree().Find(path);
}

int OpenNode(const char* path, fuse_file_info* info) {
  ForgetfulNodePtr node = Mount().tree().Find(path);
  if (!node) return -ENOENT;
  info->fh = reinterpret_cast<uint64_t>(new ForgetfulNodePtr(std::move(node)));
  return 0;
}

void* Init(fuse_conn_info*, fuse_config* config) {
  // Files that are open and removed are ours to keep, and the kernel believes nothing for long.
  config->hard_remove = 1;
  config->nullpath_ok = 1;
  config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
  return fuse_get_context()->private_data;
}

int GetAttributes(const char* path, struct stat* out, fuse_file_info* info) {
  return Mount().Look([&] {
    const ForgetfulNodePtr node = Find(path, info);
    if (!node) return -ENOENT;
    out->st_mode = node->mode;
    out->st_nlink = 1;
    out->st_size = static_cast<off_t>(node->file.size());
    out->st_blocks = (out->st_size + 511) / 512;
    return 0;
  });
}

int MakeFolderAt(const char* path, mode_t mode) {
  return Mount().Change([&] { return Mount().tree().Make(path, S_IFDIR | mode); });
}

int Remove(const char* path) {
  return Mount().Change([&] { return Mount().tree().Remove(path); });
}

int RemoveFolder(const char* path) {
  return Mount().Change([&] { return Mount().tree().RemoveFolder(path); });
}

int Rename(const char* from, const char* to, unsigned flags) {
  if (flags != 0) return -EINVAL;
  return Mount().Change([&] { return Mount().tree().Rename(from, to); });
}

// Modes, owners and times are kept or dropped; a loss of power does not touch them.
int ChangeMode(const char* path, mode_t mode, fuse_file_info* info) {
  return Mount().Look([&] {
    const ForgetfulNodePtr node = Find(path, info);
    if (!node) return -ENOENT;
    node->mode = (node->mode & S_IFMT) | (mode & 07777);
    return 0;
  });
}
int ChangeOwner(const char*, uid_t, gid_t, fuse_file_info*) { return 0; }
int ChangeTimes(const char*, const timespec*, fuse_file_info*) { return 0; }

int Truncate(const char* path, off_t size, fuse_file_info* info) {
  return Mount().Change([&] {
    const ForgetfulNodePtr node = Find(path, info);
    if (!node) return -ENOENT;
    node->file.Resize(static_cast<uint64_t>(size));
    return 0;
  });
}

int Open(const char* path, fuse_file_info* info) {
  return Mount().Look([&] { return OpenNode(path, info); });
}

int Create(const char* path, mode_t mode, fuse_file_info* info) {
  return Mount().Change([&] {
    const int made = Mount().tree().Make(path, S_IFREG | (mode & 07777));
    return made < 0 ? made : OpenNode(path, info);
  });
}

int Read(const char*, char* out, size_t bytes, off_t at, fuse_file_info* info) {
  return Mount().Look([&] {
    const std::string_view read = NodeOf(info).file.Read(static_cast<uint64_t>(at), bytes);
    std::memcpy(out, read.data(), read.size());
    return static_cast<int>(read.size());
  });
}

int Write(const char*, const char* bytes, size_t size, off_t at, fuse_file_info* info) {
  return Mount().Change([&] {
    NodeOf(info).file.Write(static_cast<uint64_t>(at), {bytes, size});
    return static_cast<int>(size);
  });
}

int Reserve(const char*, int mode, off_t at, off_t bytes, fuse_file_info* info) {
  if (mode != 0) return -EOPNOTSUPP;
  return Mount().Change([&] {
    ForgetfulFile& file = NodeOf(info).file;
    file.Resize(std::max(file.size(), static_cast<uint64_t>(at + bytes)));
    return 0;
  });
}

int Sync(const char*, int, fuse_file_info* info) {
  return Mount().Change([&] {
    ForgetfulNode& node = NodeOf(info);
    if (Mount().IgnoresSync(node)) return 0;
    node.is_folder() ? node.folder.Sync() : node.file.Sync();
    return 0;
  });
}

int Release(const char*, fuse_file_info* info) {
  delete reinterpret_cast<ForgetfulNodePtr*>(info->fh);
  return 0;
}

int ReadFolder(const char*, void* out, fuse_fill_dir_t fill, off_t, fuse_file_info* info,
               fuse_readdir_flags) {
  return Mount().Look([&] {
    for (const char* name : {".", ".."}) fill(out, name, nullptr, 0, {});
    for (const auto& [name, node] : NodeOf(info).folder.entries()) {
      fill(out, name.c_str(), nullptr, 0, {});
    }
    return 0;
  });
}

fuse_operations Operations() {
  fuse_operations operations = {};
  operations.init = Init;
  operations.getattr = GetAttributes;
  operations.mkdir = MakeFolderAt;
  operations.unlink = Remove;
  operations.rmdir = RemoveFolder;
  operations.rename = Rename;
  operations.chmod = ChangeMode;
  operations.chown = ChangeOwner;
  operations.utimens = ChangeTimes;
  operations.truncate = Truncate;
  operations.create = Create;
  operations.open = operations.opendir = Open;
  operations.read = Read;
  operations.write = Write;
  operations.fallocate = Reserve;
  operations.fsync = operations.fsyncdir = Sync;
  operations.release = operations.releasedir = Release;
  operations.readdir = ReadFolder;
  return operations;
}

}  // namespace

bool TakeOwnMounts() {
  return unshare(CLONE_NEWNS) == 0 &&
         mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

ForgetfulMount::ForgetfulMount(ForgetfulTree& tree, const std::string& folder, Options options)
    : tree_(tree), options_(std::move(options)), wake_(eventfd(0, EFD_CLOEXEC)) {
  const fuse_operations operations = Operations();
  char name[] = "forgetful";
  char* arguments[] = {name, nullptr};
  fuse_args none = FUSE_ARGS_INIT(1, arguments);
  fuse_ = fuse_new(&none, &operations, sizeof operations, this);
  fuse_opt_free_args(&none);
  if (fuse_ && fuse_mount(fuse_, folder.c_str()) == 0) thread_ = std::thread([this] { Serve(); });
}

ForgetfulMount::~ForgetfulMount() {
  if (mounted()) {
    eventfd_write(wake_.get(), 1);
    thread_.join();
    fuse_unmount(fuse_);
  }
  if (fuse_) fuse_destroy(fuse_);
}

void ForgetfulMount::Serve() {
  fuse_session* session = fuse_get_session(fuse_);
  fuse_buf request{};
  pollfd polled[] = {{.fd = fuse_session_fd(session), .events = POLLIN, .revents = 0},
                     {.fd = wake_.get(), .events = POLLIN, .revents = 0}};
  while (poll(polled, 2, -1) > 0 && polled[1].revents == 0) {
    const int bytes = fuse_session_receive_buf(session, &request);
    if (bytes == -EINTR || bytes == -EAGAIN) continue;
    if (bytes <= 0) break;
    fuse_session_process_buf(session, &request);
  }
  std::free(request.mem);
}

void ForgetfulMount::LosePower() {
  lost_ = true;
  options_.on_loss(fuse_get_context()->pid);
}

}  // namespace paceline
