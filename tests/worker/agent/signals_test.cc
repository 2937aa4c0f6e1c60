#include "worker/agent/signals.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <future>

#include "gtest/gtest.h"

namespace paceline {
namespace {

// In programs of their own, because a signal reaches the whole process.
class SignalWatcherDeathTest : public ::testing::Test {
 protected:
  SignalWatcherDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  // Ends with the first signal's number, unless a second one ends it before.
  [[noreturn]] static void ReceiveSignals(int first, int second) {
    HoldStopSignals();
    std::promise<int> received;
    SignalWatcher watcher([&](int signal) { received.set_value(signal); });
    kill(getpid(), first);
    const int signal = received.get_future().get();
    if (second == 0) std::_Exit(signal);
    kill(getpid(), second);
    std::promise<void>().get_future().wait();
    std::abort();
  }
};

TEST_F(SignalWatcherDeathTest, TheFirstSignalIsACall) {
  EXPECT_EXIT(ReceiveSignals(SIGTERM, 0), ::testing::ExitedWithCode(SIGTERM), "");
  EXPECT_EXIT(ReceiveSignals(SIGINT, 0), ::testing::ExitedWithCode(SIGINT), "");
}

TEST_F(SignalWatcherDeathTest, TheSecondSignalEndsTheProgram) {
  EXPECT_EXIT(ReceiveSignals(SIGTERM, SIGINT), ::testing::ExitedWithCode(128 + SIGINT), "");
}

TEST_F(SignalWatcherDeathTest, ItEndsWithoutASignal) {
  EXPECT_EXIT(
      {
        HoldStopSignals();
        {
          SignalWatcher watcher([](int) {});
        }
        std::_Exit(5);
      },
      ::testing::ExitedWithCode(5), "");
}

}  // namespace
}  // namespace paceline
