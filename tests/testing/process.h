// Real programs, started and ended by tests.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace paceline {

// How long a test waits for another process before it fails; under a sanitizer all take longer.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::chrono::seconds kPatience{300};
#else
inline constexpr std::chrono::seconds kPatience{60};
#endif

// A program of $PACELINE_BIN (else build/release/bin) and what it wrote. Thread-safe. Killed, if it
// still runs, by the destructor.
class Process {
 public:
  // `environment` is added to this process's. `name` may be a path, too.
  Process(const std::string& name, const std::vector<std::string>& arguments,
          const std::map<std::string, std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Signal(int signal);
  // The exit status, 128 + n if signal n ended it, or −1 if it still runs after `limit`.
  int Wait(std::chrono::milliseconds limit = kPatience);
  bool running();
  pid_t pid() const { return pid_; }

  // What it wrote so far, as it came.
  std::string standard_output();
  std::string standard_error();
  std::string output();  // both, in order of arrival
  // True as soon as output() contains `text`; false if the program ended or `limit` passed without
  // it.
  bool WaitForOutput(const std::string& text, std::chrono::milliseconds limit = kPatience);

 private:
  void Collect(int out, int err);
  void Append(std::string& stream, const char* data, size_t size);

  pid_t pid_ = -1;
  std::thread collector_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string out_, err_, both_;  // guarded by mutex_
  bool ended_ = false;  // guarded by mutex_; both streams are closed and the program is gone
  int status_ = -1;     // guarded by mutex_
};

// Of a program of $PACELINE_BIN, as Process finds it.
std::string ProgramPath(const std::string& name);

struct Finished {
  int status = -1;
  std::string out, err;
};

// Runs a program to its end.
Finished RunProgram(const std::string& name, const std::vector<std::string>& arguments,
                    std::chrono::milliseconds limit = kPatience);

// Asks `condition` again and again, a few milliseconds apart, until it holds (true) or `limit`
// passes.
bool WaitUntil(const std::function<bool()>& condition, std::chrono::milliseconds limit = kPatience);

// A folder of its own under the system's temporary one; removed by the destructor.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace paceline
