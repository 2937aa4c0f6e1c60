// A library to be preloaded (LD_PRELOAD) into a program that stores something: it counts the
// writes, syncs and renames below a folder and lets one of them go wrong.
//   PACELINE_FAULT_UNDER  the folder
//   PACELINE_FAULT_COUNT  a file that is told how many there were so far
//   PACELINE_FAULT        kill:N  the program is killed just before its Nth write, sync, rename,
//                                 shortening or removal, counted from 1
//                         torn:N  the Nth write writes half, then the program is killed
//                         sync:N  the Nth sync fails with EIO, and so does every one after it
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<long> calls{0};
std::atomic<long> syncs{0};

// The number behind `kind` in PACELINE_FAULT; 0: another kind.
long Wanted(const char* kind) {
  const char* fault = std::getenv("PACELINE_FAULT");
  const size_t size = std::strlen(kind);
  return fault && std::strncmp(fault, kind, size) == 0 ? std::atol(fault + size) : 0;
}

bool IsUnder(const char* path) {
  const char* folder = std::getenv("PACELINE_FAULT_UNDER");
  return folder && std::strncmp(path, folder, std::strlen(folder)) == 0;
}

bool IsUnder(int fd) {
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  return IsUnder(path);
}

void Die() { syscall(SYS_kill, getpid(), SIGKILL); }

void Tell(long call) {
  const char* path = std::getenv("PACELINE_FAULT_COUNT");
  if (!path) return;
  const int fd = static_cast<int>(syscall(SYS_open, path, O_WRONLY | O_CREAT, 0644));
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%ld\n", call);
  syscall(SYS_pwrite64, fd, text, size, 0);
  syscall(SYS_close, fd);
}

long Count() {
  const long call = ++calls;
  Tell(call);
  if (call == Wanted("kill:")) Die();
  return call;
}

ssize_t Write(int fd, const void* bytes, size_t size, off64_t at) {
  const bool torn = IsUnder(fd) && Count() == Wanted("torn:");
  const size_t part = torn ? size / 2 : size;
  const ssize_t put =
      at < 0 ? syscall(SYS_write, fd, bytes, part) : syscall(SYS_pwrite64, fd, bytes, part, at);
  if (torn) Die();
  return put;
}

int Sync(long number, int fd) {
  if (IsUnder(fd)) {
    Count();
    const long wanted = Wanted("sync:");
    if (wanted > 0 && ++syncs >= wanted) {
      errno = EIO;
      return -1;
    }
  }
  return static_cast<int>(syscall(number, fd));
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) { return Write(fd, bytes, size, -1); }
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return Write(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  return Write(fd, bytes, size, at);
}
int fsync(int fd) { return Sync(SYS_fsync, fd); }
int fdatasync(int fd) { return Sync(SYS_fdatasync, fd); }
int rename(const char* from, const char* to) noexcept {
  if (IsUnder(to)) Count();
  return static_cast<int>(syscall(SYS_rename, from, to));
}
int unlink(const char* path) noexcept {
  if (IsUnder(path)) Count();
  return static_cast<int>(syscall(SYS_unlink, path));
}
int ftruncate(int fd, off_t size) noexcept {
  if (IsUnder(fd)) Count();
  return static_cast<int>(syscall(SYS_ftruncate, fd, size));
}
int ftruncate64(int fd, off64_t size) noexcept {
  if (IsUnder(fd)) Count();
  return static_cast<int>(syscall(SYS_ftruncate, fd, size));
}

}  // extern "C"
