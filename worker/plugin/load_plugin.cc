#include "worker/plugin/load_plugin.h"

#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <filesystem>
#include <set>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "paceline/plugin.h"
#include "worker/plugin/torch_version.h"

namespace paceline {
namespace {

constexpr char kEntryPoint[] = "paceline_plugin";
// Enough to tell two apart.
constexpr size_t kShownDigits = 16;

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

absl::Status WithPath(const std::string& path, const absl::Status& status) {
  return {status.code(), fmt::format("plug-in {}: {}", path, std::string(status.message()))};
}

bool IsName(const std::string& name) {
  constexpr size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

template <class Entries>
absl::Status CheckNames(const std::string& noun, const Entries& entries) {
  std::set<std::string> names;
  for (const auto& entry : entries) {
    if (!IsName(entry.name)) {
      return Wrong(
          fmt::format("it calls a {} \"{}\"; a name is 1 to 64 lower-case letters, digits "
                      "and underscores",
                      noun, entry.name));
    }
    if (!names.insert(entry.name).second) {
      return Wrong(fmt::format("it has two {}s of the name {}", noun, entry.name));
    }
  }
  return absl::OkStatus();
}

// What the dynamic loader maps without looking whether it is there, and then dies of.
absl::Status CheckWhole(std::string_view bytes) {
  Elf64_Ehdr header;
  if (bytes.size() < sizeof header) return Wrong("it is no shared object");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return Wrong("it is no shared object");
  const uint64_t table = uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  bool whole = header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_phoff <= bytes.size() &&
               table <= bytes.size() - header.e_phoff;
  for (size_t i = 0; whole && i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, bytes.data() + header.e_phoff + i * sizeof segment, sizeof segment);
    whole = segment.p_offset <= bytes.size() && segment.p_filesz <= bytes.size() - segment.p_offset;
  }
  return whole ? absl::OkStatus() : Wrong("it is damaged, or no shared object of 64 bits");
}

std::string LastError() {
  const char* text = dlerror();
  return text == nullptr ? "unknown error" : text;
}

using EntryPoint = const plugin::Contents* (*)();

absl::StatusOr<const plugin::Contents*> Open(const std::string& path) {
  // Never closed: objects of its classes live as long as the process does.
  void* handle = dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return Wrong(fmt::format("it is no shared object that can be loaded here: {}", LastError()));
  }
  void* symbol = dlsym(handle, kEntryPoint);
  if (symbol == nullptr) {
    return Wrong(
        fmt::format("it has no entry point {}; a plug-in registers its classes by PACELINE_TASK "
                    "(paceline/task.h) or PACELINE_DATA_SET (paceline/data_set.h)",
                    kEntryPoint));
  }
  return reinterpret_cast<EntryPoint>(symbol)();
}

absl::StatusOr<LoadedPlugin> Load(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  if (absl::Status whole = CheckWhole(*bytes); !whole.ok()) return whole;
  const absl::StatusOr<const plugin::Contents*> contents = Open(path);
  if (!contents.ok()) return contents.status();
  if (absl::Status status = CheckContents(**contents, TorchVersionHere()); !status.ok()) {
    return status;
  }
  const absl::StatusOr<std::string> still = ReadFile(path);
  if (!still.ok()) return still.status();
  if (*still != *bytes) {
    return absl::FailedPreconditionError("it changed while it was loaded; start again");
  }
  return LoadedPlugin{path, Sha256Hex(*bytes), *contents};
}

}  // namespace

std::string LoadedPlugin::Label() const {
  return fmt::format("{} ({})", std::filesystem::path(path).filename().string(),
                     digest.substr(0, kShownDigits));
}

absl::Status LoadedPlugin::NoSuch(const std::string& noun, const std::string& name) const {
  std::vector<std::string> names;
  if (noun == "task") {
    for (const auto& entry : contents->tasks) names.push_back(entry.name);
  } else {
    for (const auto& entry : contents->data_sets) names.push_back(entry.name);
  }
  return absl::InvalidArgumentError(
      fmt::format("plug-in {} has no {} {}; it has {}", Label(), noun, name,
                  names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

absl::StatusOr<LoadedPlugin> LoadPlugin(const std::string& path) {
  absl::StatusOr<LoadedPlugin> loaded = absl::UnknownError("");
  try {
    loaded = Load(path);
  } catch (const std::exception& error) {
    loaded = Wrong(fmt::format("it throws while it is loaded: {}", error.what()));
  }
  if (loaded.ok()) return loaded;
  return WithPath(path, loaded.status());
}

absl::Status CheckContents(const plugin::Contents& contents, const std::string& torch) {
  if (contents.abi != plugin::kAbiVersion) {
    return Wrong(fmt::format(
        "it was built against version {} of paceline/plugin.h, and this program has version {}; "
        "build it against the headers that were installed with this program",
        contents.abi, plugin::kAbiVersion));
  }
  if (std::string_view(contents.build) != plugin::kBuild) {
    return Wrong(fmt::format("it was built with {}, and this program with {}; build it with those",
                             contents.build, plugin::kBuild));
  }
  if (!contents.tasks.empty() && contents.torch != torch) {
    return Wrong(fmt::format(
        "it was built against LibTorch {}, and this program runs {}; build it against that one",
        contents.torch, torch));
  }
  if (contents.tasks.empty() && contents.data_sets.empty()) {
    return Wrong("it has neither a task nor a data set");
  }
  if (absl::Status status = CheckNames("task", contents.tasks); !status.ok()) return status;
  return CheckNames("data set", contents.data_sets);
}

}  // namespace paceline
