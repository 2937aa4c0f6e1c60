// A program started by this one, which does not outlive it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace paceline {

// Not thread-safe. The kernel kills the child when the thread that called Start dies: start
// children from the main thread.
class ChildProcess {
 public:
  // Runs `arguments` (the first is the program's path) with its output appended to `log_path` and
  // no input, in a process group of its own, so that Ctrl-C reaches only the parent.
  static absl::StatusOr<ChildProcess> Start(const std::vector<std::string>& arguments,
                                            const std::string& log_path);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  // Kills it if it still runs.
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  const std::string& log_path() const { return log_path_; }
  // How it ended ("exited with status 1", "was killed by signal 9"), if it does within `timeout`.
  std::optional<std::string> WaitForEnd(std::chrono::milliseconds timeout);
  void Signal(int signal);
  // SIGTERM, and SIGKILL if it has not ended within `grace`.
  void Stop(std::chrono::milliseconds grace);

 private:
  ChildProcess(pid_t pid, int handle, std::string log_path)
      : pid_(pid), handle_(handle), log_path_(std::move(log_path)) {}

  pid_t pid_ = -1;   // −1: moved from
  int handle_ = -1;  // pidfd
  std::string log_path_;
  std::optional<std::string> end_;
};

}  // namespace paceline
