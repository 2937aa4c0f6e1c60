#include "tests/testing/net_namespace.h"

#include <fcntl.h>
#include <sched.h>

#include <thread>

#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

// With its administrators' programs.
constexpr char kPath[] = "PATH=$PATH:/usr/sbin:/sbin\n";

}  // namespace

NetNamespace NetNamespace::Own() {
  return NetNamespace(Descriptor(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)));
}

NetNamespace NetNamespace::New() {
  Descriptor fd;
  std::thread([&] {
    if (unshare(CLONE_NEWNET) == 0) fd = std::move(Own().fd_);
  }).join();
  NetNamespace made(std::move(fd));
  if (made.valid() && !made.Shell("ip link set lo up")) made.fd_.Close();
  return made;
}

bool NetNamespace::Enter() const { return setns(fd_.get(), CLONE_NEWNET) == 0; }

void NetNamespace::Run(const std::function<void()>& body) const {
  std::thread([&] {
    EXPECT_TRUE(Enter());
    body();
  }).join();
}

bool NetNamespace::Shell(const std::string& script) const {
  Finished done;
  Run([&] { done = RunProgram("/bin/sh", {"-ec", kPath + script}); });
  EXPECT_EQ(done.status, 0) << script << "\n" << done.out << done.err;
  return done.status == 0;
}

}  // namespace paceline
