// How LearnedOptimizer refuses.
#pragma once

#include <stdexcept>
#include <utility>

#include "fmt/format.h"

namespace paceline {

template <class... Args>
[[noreturn]] void Refuse(fmt::format_string<Args...> text, Args&&... args) {
  throw std::invalid_argument("LearnedOptimizer: " +
                              fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace paceline
