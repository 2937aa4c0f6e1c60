#include "worker/bench/service_sections.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

// Runs the program with its standard output in a pipe.
absl::StatusOr<pid_t> Spawn(const std::string& program, const std::vector<std::string>& arguments,
                            FILE*& output) {
  int ends[2];
  if (pipe(ends) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
  std::vector<char*> pointers = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) return absl::ErrnoToStatus(errno, "cannot start " + program);
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execv(program.c_str(), pointers.data());
    _exit(127);
  }
  close(ends[1]);
  output = fdopen(ends[0], "r");
  return child;
}

}  // namespace

absl::Status RunServiceSection(const std::string& program,
                               const std::vector<std::string>& arguments,
                               const std::function<void(nlohmann::ordered_json)>& take) {
  if (access(program.c_str(), X_OK) != 0) {
    return absl::NotFoundError(fmt::format("{} is not there: this section needs it", program));
  }
  FILE* output = nullptr;
  const auto child = Spawn(program, arguments, output);
  if (!child.ok()) return child.status();
  absl::Status status;
  char* line = nullptr;
  size_t room = 0;
  while (getline(&line, &room, output) > 0) {
    auto rows = ParseRows(line);
    if (!rows.ok()) {
      status.Update(rows.status());
      continue;
    }
    for (nlohmann::ordered_json& row : *rows) take(std::move(row));
  }
  free(line);
  fclose(output);
  int end = 0;
  waitpid(*child, &end, 0);
  if (WIFEXITED(end) && WEXITSTATUS(end) == 0) return status;
  return absl::InternalError(fmt::format("{} failed{}", program,
                                         WIFEXITED(end)
                                             ? fmt::format(" with status {}", WEXITSTATUS(end))
                                             : fmt::format(" by signal {}", WTERMSIG(end))));
}

}  // namespace paceline
