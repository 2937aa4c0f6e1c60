// libc's calls by which files change, for a program that is linked with this file: they go to the
// SimDisk that there is, if they are about its folder, and else to the kernel as ever. Definitions
// in a program come before those of libc for all of its shared libraries too.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <string>

#include "tests/testing/sim/disk.h"

namespace paceline {
namespace {

SimDisk* DiskOf(const char* path) {
  SimDisk* disk = SimDisk::Current();
  return disk && disk->IsUnder(path) ? disk : nullptr;
}

SimDisk* DiskOf(int fd) {
  SimDisk* disk = SimDisk::Current();
  return disk && disk->Knows(fd) ? disk : nullptr;
}

int Open(const char* path, int flags, mode_t mode) {
  if (SimDisk* disk = DiskOf(path)) return disk->Open(path, flags, mode);
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

// Where a folder's descriptor leads to.
std::string PathOf(int fd) {
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path);
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : "";
}

int Resize(int fd, off64_t size) {
  if (SimDisk* disk = DiskOf(fd)) return disk->Cut(fd, size);
  return static_cast<int>(syscall(SYS_ftruncate, fd, size));
}

int Grow(int fd, off64_t offset, off64_t size) {
  if (SimDisk* disk = DiskOf(fd)) return disk->Grow(fd, offset + size) == 0 ? 0 : errno;
  return syscall(SYS_fallocate, fd, 0, offset, size) == 0 ? 0 : errno;
}

int Remove(const char* path, bool folder) {
  if (SimDisk* disk = DiskOf(path)) return disk->Remove(path, folder);
  return static_cast<int>(syscall(folder ? SYS_rmdir : SYS_unlink, path));
}

}  // namespace

void TakeDiskCalls() {}

}  // namespace paceline

using paceline::DiskOf;

#define PACELINE_TAKE_MODE(flags, mode)                   \
  mode_t mode = 0;                                        \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {           \
    va_list more;                                         \
    va_start(more, flags);                                \
    (mode) = static_cast<mode_t>(va_arg(more, unsigned)); \
    va_end(more);                                         \
  }

extern "C" {

int open(const char* path, int flags, ...) {
  PACELINE_TAKE_MODE(flags, mode)
  return paceline::Open(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  PACELINE_TAKE_MODE(flags, mode)
  return paceline::Open(path, flags, mode);
}
int __open_2(const char* path, int flags) { return paceline::Open(path, flags, 0); }
int __open64_2(const char* path, int flags) { return paceline::Open(path, flags, 0); }
int close(int fd) {
  if (paceline::SimDisk* disk = DiskOf(fd)) return disk->Close(fd);
  return static_cast<int>(syscall(SYS_close, fd));
}
ssize_t write(int fd, const void* bytes, size_t size) {
  if (paceline::SimDisk* disk = DiskOf(fd)) return disk->Write(fd, bytes, size, -1);
  return syscall(SYS_write, fd, bytes, size);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  if (paceline::SimDisk* disk = DiskOf(fd)) return disk->Write(fd, bytes, size, at);
  return syscall(SYS_pwrite64, fd, bytes, size, at);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return pwrite64(fd, bytes, size, at);
}
int fsync(int fd) {
  if (paceline::SimDisk* disk = DiskOf(fd)) return disk->Sync(fd);
  return static_cast<int>(syscall(SYS_fsync, fd));
}
int fdatasync(int fd) {
  if (paceline::SimDisk* disk = DiskOf(fd)) return disk->Sync(fd);
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}
int ftruncate(int fd, off_t size) noexcept { return paceline::Resize(fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return paceline::Resize(fd, size); }
int posix_fallocate(int fd, off_t offset, off_t size) { return paceline::Grow(fd, offset, size); }
int posix_fallocate64(int fd, off64_t offset, off64_t size) {
  return paceline::Grow(fd, offset, size);
}
int rename(const char* from, const char* to) noexcept {
  if (paceline::SimDisk* disk = DiskOf(to)) return disk->Rename(from, to);
  return static_cast<int>(syscall(SYS_rename, from, to));
}
int mkdir(const char* path, mode_t mode) noexcept {
  if (paceline::SimDisk* disk = DiskOf(path)) return disk->MakeFolder(path, mode);
  return static_cast<int>(syscall(SYS_mkdir, path, mode));
}
int unlink(const char* path) noexcept { return paceline::Remove(path, false); }
int rmdir(const char* path) noexcept { return paceline::Remove(path, true); }
int remove(const char* path) noexcept {
  const int removed = paceline::Remove(path, false);
  return removed == 0 || errno != EISDIR ? removed : paceline::Remove(path, true);
}
int unlinkat(int fd, const char* name, int flags) noexcept {
  if (paceline::SimDisk::Current()) {
    const std::string path =
        fd == AT_FDCWD || *name == '/' ? name : paceline::PathOf(fd) + "/" + name;
    if (DiskOf(path.c_str())) return paceline::Remove(path.c_str(), (flags & AT_REMOVEDIR) != 0);
  }
  return static_cast<int>(syscall(SYS_unlinkat, fd, name, flags));
}

}  // extern "C"
