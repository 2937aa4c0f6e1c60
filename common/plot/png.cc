#include "common/plot/png.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "fmt/format.h"

namespace paceline {
namespace {

constexpr char kProgram[] = "rsvg-convert";

// Its exit status, or -1.
int Run(const std::string& program, std::vector<std::string> arguments) {
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawn(&child, program.c_str(), nullptr, nullptr, words.data(), environ) != 0) return -1;
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::optional<std::string> SvgRasterizer() {
  const char* path = std::getenv("PATH");
  std::string_view folders = path ? path : "";
  while (!folders.empty()) {
    const size_t end = std::min(folders.find(':'), folders.size());
    const std::string candidate = fmt::format("{}/{}", folders.substr(0, end), kProgram);
    if (end > 0 && access(candidate.c_str(), X_OK) == 0) return candidate;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return std::nullopt;
}

absl::Status ConvertToPng(const std::string& svg_path, const std::string& png_path) {
  const auto program = SvgRasterizer();
  if (!program) {
    return absl::FailedPreconditionError(
        "no PNG was made: rsvg-convert is not on PATH (apt-get install librsvg2-bin)");
  }
  const int status = Run(*program, {kProgram, "--zoom=2", "--background-color=white", "--output",
                                    png_path, "--", svg_path});
  if (status == 0) return absl::OkStatus();
  return absl::InternalError(
      fmt::format("no PNG was made: {} could not convert {}", *program, svg_path));
}

}  // namespace paceline
