#include "tests/testing/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "gtest/gtest.h"

extern char** environ;

namespace paceline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPollInterval{10};

std::vector<std::string> Environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (const auto& [key, value] : added) result.push_back(key + "=" + value);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!added.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  return result;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// −1 if it cannot be started.
pid_t Spawn(std::vector<std::string> arguments, std::vector<std::string> environment, int out,
            int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, arguments[0].c_str(), &actions, nullptr,
                                Pointers(arguments).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? pid : -1;
}

}  // namespace

std::string ProgramPath(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* folder = std::getenv("PACELINE_BIN");
  return std::string(folder != nullptr ? folder : "build/release/bin") + "/" + name;
}

Process::Process(const std::string& name, const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment) {
  std::vector<std::string> line = {ProgramPath(name)};
  line.insert(line.end(), arguments.begin(), arguments.end());
  std::array<int, 2> out{}, err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) std::abort();
  pid_ = Spawn(line, Environment(environment), out[1], err[1]);
  close(out[1]);
  close(err[1]);
  EXPECT_GT(pid_, 0) << line[0] << " cannot be started";
  collector_ = std::thread([this, out = out[0], err = err[0]] { Collect(out, err); });
}

Process::~Process() {
  Signal(SIGKILL);
  collector_.join();
  if (::testing::Test::HasFailure()) {
    std::fprintf(stderr, "---- output of process %d:\n%s----\n", pid_, both_.c_str());
  }
}

void Process::Signal(int signal) {
  // The process is reaped under this mutex; until then its id is nobody else's.
  std::lock_guard lock(mutex_);
  if (pid_ > 0 && !ended_) kill(pid_, signal);
}

void Process::Append(std::string& stream, const char* data, size_t size) {
  std::lock_guard lock(mutex_);
  stream.append(data, size);
  both_.append(data, size);
  changed_.notify_all();
}

void Process::Collect(int out, int err) {
  std::array<pollfd, 2> streams = {pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
  const std::array<std::string*, 2> texts = {&out_, &err_};
  std::array<char, 4096> buffer{};
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    poll(streams.data(), streams.size(), -1);
    for (size_t i = 0; i < streams.size(); ++i) {
      if (streams[i].fd < 0 || streams[i].revents == 0) continue;
      const ssize_t size = read(streams[i].fd, buffer.data(), buffer.size());
      if (size > 0) {
        Append(*texts[i], buffer.data(), size);
      } else {
        close(std::exchange(streams[i].fd, -1));
      }
    }
  }
  // Looked at without reaping first, so that Signal never meets a reused id.
  siginfo_t info{};
  if (pid_ > 0) waitid(P_PID, pid_, &info, WEXITED | WNOWAIT);
  std::lock_guard lock(mutex_);
  int status = 0;
  if (pid_ > 0) waitpid(pid_, &status, 0);
  status_ = pid_ <= 0 ? 127 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended_ = true;
  changed_.notify_all();
}

int Process::Wait(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return ended_; });
  return status_;
}

bool Process::running() {
  std::lock_guard lock(mutex_);
  return !ended_;
}

std::string Process::standard_output() {
  std::lock_guard lock(mutex_);
  return out_;
}

std::string Process::standard_error() {
  std::lock_guard lock(mutex_);
  return err_;
}

std::string Process::output() {
  std::lock_guard lock(mutex_);
  return both_;
}

bool Process::WaitForOutput(const std::string& text, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const auto there = [&] { return both_.find(text) != std::string::npos; };
  changed_.wait_for(lock, limit, [&] { return there() || ended_; });
  return there();
}

Finished RunProgram(const std::string& name, const std::vector<std::string>& arguments,
                    std::chrono::milliseconds limit) {
  Process process(name, arguments);
  const int status = process.Wait(limit);
  return {status, process.standard_output(), process.standard_error()};
}

bool WaitUntil(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const Clock::time_point end = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() >= end) return false;
    // poll() as a pause that needs no file.
    poll(nullptr, 0, kPollInterval.count());
  }
  return true;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "paceline-test-XXXXXX";
  path_ = mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

}  // namespace paceline
