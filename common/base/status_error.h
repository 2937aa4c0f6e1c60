// A status on its way through a function that cannot return one.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace paceline {

// Thrown where what a user brought turns out to be wrong in the middle of arithmetic (a task of a
// plug-in), and caught by CatchStatus or RunTorch.
class StatusError : public std::runtime_error {
 public:
  explicit StatusError(absl::Status status)
      : std::runtime_error(std::string(status.message())), status_(std::move(status)) {}
  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

// f() → Status or StatusOr; what it throws as StatusError is returned.
template <class F>
auto CatchStatus(const F& f) -> decltype(f()) {
  try {
    return f();
  } catch (const StatusError& error) {
    return error.status();
  }
}

}  // namespace paceline
