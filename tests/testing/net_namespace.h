// Networks of a test's own: network namespaces without names, which end with their last process, so
// that nothing is left of them whatever becomes of the test.
#pragma once

#include <functional>
#include <string>

#include "common/base/descriptor.h"

namespace paceline {

class NetNamespace {
 public:
  // Invalid where namespaces are not allowed. Its loopback is up.
  static NetNamespace New();
  // That of this thread.
  static NetNamespace Own();

  bool valid() const { return fd_.valid(); }
  // This thread, and the threads and processes that it starts from now on, are in it.
  bool Enter() const;
  // Runs `body` on a thread that is in it, to its end.
  void Run(const std::function<void()>& body) const;
  // A shell script in it that has to succeed: false, and a failure of the test, if it does not.
  bool Shell(const std::string& script) const;

 private:
  explicit NetNamespace(Descriptor fd) : fd_(std::move(fd)) {}

  Descriptor fd_;
};

}  // namespace paceline
