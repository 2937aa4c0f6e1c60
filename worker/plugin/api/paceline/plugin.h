// What tasks and data sets of one's own have in common: settings, random numbers, and how the
// shared object that holds them says what is in it. Included by paceline/task.h and
// paceline/data_set.h.
//
// A plug-in is loaded once into each process and never unloaded. Nothing here allocates on one side
// of the border what the other side cannot free: both are built with the same C++ library, which is
// checked when a plug-in is loaded.
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace paceline::plugin {

class Task;
class DataSet;

// The settings of a config, "width=32", by their keys. What is asked for and cannot be had throws
// std::invalid_argument, which fails the job with these words. A key that nobody asks for while the
// task is made fails it, too.
class Settings {
 public:
  explicit Settings(const std::vector<std::string>& list = {}) {
    for (const std::string& one : list) {
      const size_t middle = one.find('=');
      values_[one.substr(0, middle)] = middle == one.npos ? "" : one.substr(middle + 1);
    }
  }

  std::string Text(const std::string& key, const std::string& otherwise) const {
    const std::string* value = Find(key);
    return value == nullptr ? otherwise : *value;
  }
  // Both ends included.
  int64_t Whole(const std::string& key, int64_t otherwise, int64_t lowest, int64_t highest) const {
    const std::string* value = Find(key);
    if (value == nullptr) return otherwise;
    int64_t number = 0;
    if (Read(*value, number) && number >= lowest && number <= highest) return number;
    throw std::invalid_argument("setting " + key + " is \"" + *value +
                                "\"; it must be a whole number from " + std::to_string(lowest) +
                                " to " + std::to_string(highest));
  }
  double Number(const std::string& key, double otherwise) const {
    const std::string* value = Find(key);
    if (value == nullptr) return otherwise;
    double number = 0;
    if (Read(*value, number) && std::isfinite(number)) return number;
    throw std::invalid_argument("setting " + key + " is \"" + *value + "\"; it must be a number");
  }

  // ---- for Paceline
  std::vector<std::string> unread() const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : values_) {
      if (!asked_.contains(key)) keys.push_back(key);
    }
    return keys;
  }
  const std::set<std::string>& asked() const { return asked_; }

 private:
  const std::string* Find(const std::string& key) const {
    asked_.insert(key);
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
  }
  template <class T>
  static bool Read(const std::string& text, T& number) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end;
  }

  std::map<std::string, std::string> values_;
  mutable std::set<std::string> asked_;
};

// Random numbers by counter: the same for the same place (job's seed, particle, episode, step and
// purpose) on every machine, whoever draws them and when. Each call gives the next ones.
class Random {
 public:
  virtual ~Random() = default;
  // Standard normals.
  virtual void FillNormals(std::span<float> out) = 0;
  // 32 random bits each.
  virtual void FillWords(std::span<uint32_t> out) = 0;

  // In [0, 1), multiples of 2⁻²⁴.
  void FillUniforms(std::span<float> out) {
    std::vector<uint32_t> words(out.size());
    FillWords(words);
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(words[i] >> 8) * 0x1p-24f;
  }
  // Whole numbers from 0 to below `bound`, which is 1 to 2³²; with repetition.
  void FillIndices(uint64_t bound, std::span<int64_t> out) {
    if (bound < 1 || bound > uint64_t{1} << 32) {
      throw std::invalid_argument("indices below " + std::to_string(bound) +
                                  " are asked for; the bound must be 1 to 2^32");
    }
    std::vector<uint32_t> words(out.size());
    FillWords(words);
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<int64_t>(words[i] * bound >> 32);
  }
};

// ---- what a shared object says of itself

// Raised when what crosses the border changes.
inline constexpr uint32_t kAbiVersion = 1;

#define PACELINE_PLUGIN_WORD_(x) #x
#define PACELINE_PLUGIN_WORD(x) PACELINE_PLUGIN_WORD_(x)

// By what compiler and C++ library it was built, as far as that decides how objects lie in memory.
inline constexpr char kBuild[] =
#if defined(_GLIBCXX_USE_CXX11_ABI)
    "libstdc++, _GLIBCXX_USE_CXX11_ABI=" PACELINE_PLUGIN_WORD(_GLIBCXX_USE_CXX11_ABI)
#elif defined(_LIBCPP_ABI_VERSION)
    "libc++, _LIBCPP_ABI_VERSION=" PACELINE_PLUGIN_WORD(_LIBCPP_ABI_VERSION)
#else
    "an unknown C++ library"
#endif
#if defined(__SANITIZE_ADDRESS__)
        ", address sanitizer"
#elif defined(__SANITIZE_THREAD__)
        ", thread sanitizer"
#endif
    ;

template <class T, class... Arguments>
struct Entry {
  std::string name;
  std::unique_ptr<T> (*make)(Arguments...) = nullptr;
};

// abi and build come first, in every version: the rest is looked at only if they are right.
struct Contents {
  uint32_t abi = kAbiVersion;
  const char* build = kBuild;
  const char* torch = "";  // version of LibTorch; empty: there are no tasks
  std::vector<Entry<Task, const Settings&>> tasks;
  std::vector<Entry<DataSet>> data_sets;
};

// Of this shared object alone: what is visible, the loader would make one of all plug-ins'.
[[gnu::visibility("hidden")]] inline Contents& OwnContents() {
  static Contents contents;
  return contents;
}

}  // namespace paceline::plugin

// The one symbol that is looked for.
extern "C" [[gnu::visibility("default")]] inline const paceline::plugin::Contents*
paceline_plugin() {
  return &paceline::plugin::OwnContents();
}

namespace paceline::plugin {

struct [[gnu::visibility("hidden")]] Registration {
  explicit Registration(Entry<Task, const Settings&> entry, const char* torch) {
    OwnContents().tasks.push_back(std::move(entry));
    OwnContents().torch = torch;
  }
  explicit Registration(Entry<DataSet> entry) {
    OwnContents().data_sets.push_back(std::move(entry));
  }
  // An inline function is there only if something refers to it.
  const Contents* (*const entry_point)() = &paceline_plugin;
};

}  // namespace paceline::plugin

#define PACELINE_PLUGIN_JOIN_(a, b) a##b
#define PACELINE_PLUGIN_JOIN(a, b) PACELINE_PLUGIN_JOIN_(a, b)
