// The coordinator's door: takes connections, looks at their first bytes, and hands them on.
//
// gRPC's own listener is deaf for ever once accept finds no free file descriptor. This one keeps
// some in reserve for the store and the logs, turns connections away while no others are left, and
// goes on as soon as there are.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <string_view>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/rpc/socket.h"
#include "coordinator/service/strangers.h"

namespace paceline {

class Acceptor {
 public:
  struct Options {
    std::vector<Descriptor> listeners;
    bool tls = false;  // what gRPC expects of those that are handed on
    int64_t descriptor_limit = 1024;
  };
  // Takes over the connected socket; called on the acceptor's thread.
  using HandOn = std::function<void(int listener, Descriptor connection)>;

  // Who connects and says nothing for so long is shown out.
  static constexpr std::chrono::seconds kSilence{20};

  // `clock` and `strangers` outlive the object.
  Acceptor(Options options, const Clock& clock, Strangers& strangers, HandOn hand_on);
  // Nothing is handed on afterwards.
  ~Acceptor();

  // Thread-safe: who has connected and said nothing yet; who was handed on, in all.
  int guests() const { return guest_count_; }
  uint64_t handed_on() const { return handed_on_; }

 private:
  struct Guest {
    int listener = -1;
    Descriptor socket;
    SteadyTime since{};
    size_t heard = 0;  // bytes of a greeting that is not whole
  };

  void Run(const std::stop_token& stop);
  // Until something can be done, at most kPatience; which of listeners and guests can.
  std::vector<short> Wait();
  // False once there are no more for now.
  bool Accept(int listener);
  // True if the guest is dealt with.
  bool Look(Guest& guest);
  // The same of one that speaks TLS where it should; `bytes` is what it has said.
  bool LookAtTls(Guest& guest, std::string_view bytes);
  void LetIn(Guest& guest);
  void Tell(Trouble trouble, const std::string& who);

  const Options options_;
  const Clock& clock_;
  Strangers& strangers_;
  const HandOn hand_on_;
  Descriptor wake_;
  bool full_ = false;        // no descriptor was left: wait a moment
  std::list<Guest> guests_;  // of the thread
  std::atomic<int> guest_count_ = 0;
  std::atomic<uint64_t> handed_on_ = 0;
  std::jthread thread_;
};

}  // namespace paceline
