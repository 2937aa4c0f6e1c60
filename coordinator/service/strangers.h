// Connections that come to nothing: counted, and told to the log without flooding it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/rpc/first_bytes.h"

namespace paceline {

enum class Trouble {
  kTlsToPlainPort,
  kPlainToTlsPort,
  kHttp,
  kUnknownProtocol,
  kOldTls,         // less than TLS 1.3
  kCertificate,    // one of the other side's that will not do
  kHandshake,      // TLS that comes to nothing for another reason
  kNoDescriptors,  // too many connections at once
};
inline constexpr int kTroubles = 8;
// "handshake": the label of a metric.
const char* NameOf(Trouble trouble);

// Nothing if that speaker is at the right port.
std::optional<Trouble> TroubleWith(Speaker speaker, bool port_has_tls);

// Thread-safe.
class Strangers {
 public:
  // Of one kind of trouble the log hears at once, then at most so often, with how many there were.
  static constexpr std::chrono::seconds kTellAgain{30};

  // `clock` outlives the object.
  explicit Strangers(const Clock& clock) : clock_(clock) {}

  // The line for the log if it is time for one. `who`: the peer, or more about the trouble.
  std::optional<std::string> Count(Trouble trouble, const std::string& who);
  uint64_t count(Trouble trouble) const;

 private:
  struct Tally {
    uint64_t count = 0, told = 0;
    SteadyTime told_at{};
  };

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::array<Tally, kTroubles> tallies_;  // guarded by mutex_
};

}  // namespace paceline
