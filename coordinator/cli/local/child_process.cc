#include "coordinator/cli/local/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "fmt/format.h"

namespace paceline {
namespace {

constexpr int kCannotStart = 127;

// Between fork and exec only calls that are safe in a copy of a threaded process are allowed.
[[noreturn]] void BecomeChild(char* const* arguments, int input, int log, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotStart);
  dup2(input, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(kCannotStart);
}

std::string EndText(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was killed by signal {}", WTERMSIG(status));
  return fmt::format("exited with status {}", WEXITSTATUS(status));
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(const std::vector<std::string>& arguments,
                                                 const std::string& log_path) {
  if (access(arguments[0].c_str(), X_OK) != 0) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot run {}", arguments[0]));
  }
  const int log = open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) return absl::ErrnoToStatus(errno, fmt::format("cannot open {}", log_path));
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeChild(pointers.data(), input, log, parent);
  const int fork_error = errno;
  close(input);
  close(log);
  if (pid < 0) return absl::ErrnoToStatus(fork_error, fmt::format("cannot start {}", arguments[0]));
  return ChildProcess(pid, static_cast<int>(syscall(SYS_pidfd_open, pid, 0)), log_path);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      handle_(std::exchange(other.handle_, -1)),
      log_path_(std::move(other.log_path_)),
      end_(std::move(other.end_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(handle_, other.handle_);
  std::swap(log_path_, other.log_path_);
  std::swap(end_, other.end_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  Stop(std::chrono::milliseconds(0));
  if (handle_ >= 0) close(handle_);
}

std::optional<std::string> ChildProcess::WaitForEnd(std::chrono::milliseconds timeout) {
  if (end_) return end_;
  pollfd handle{.fd = handle_, .events = POLLIN, .revents = 0};
  poll(&handle, 1, static_cast<int>(timeout.count()));
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) end_ = EndText(status);
  return end_;
}

void ChildProcess::Signal(int signal) {
  if (!end_) kill(pid_, signal);
}

void ChildProcess::Stop(std::chrono::milliseconds grace) {
  if (WaitForEnd(std::chrono::milliseconds(0))) return;
  if (grace.count() > 0) {
    Signal(SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + grace;
    // A signal to this process ends a wait early.
    while (!end_ && std::chrono::steady_clock::now() < deadline) {
      WaitForEnd(std::chrono::milliseconds(100));
    }
  }
  if (end_) return;
  Signal(SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  end_ = EndText(status);
}

}  // namespace paceline
