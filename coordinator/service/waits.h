// Calls that wait for the other side's next move, none of which may take for ever.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "common/base/clock.h"
#include "grpcpp/server_context.h"

namespace paceline {

// Thread-safe.
class Waits {
 public:
  // `what`: what the other side has not done, for people. `clock` outlives the object.
  Waits(std::chrono::milliseconds patience, std::string what, const Clock& clock)
      : patience_(patience), what_(std::move(what)), clock_(clock) {}

  // While it exists, the call waits.
  class Wait {
   public:
    Wait(Waits& all, grpc::CallbackServerContext* context);
    ~Wait();
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

   private:
    Waits& all_;
    grpc::CallbackServerContext* const context_;
  };

  // Ends the calls that have waited for too long. To be called now and then.
  void EndLate();

 private:
  const std::chrono::milliseconds patience_;
  const std::string what_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<grpc::CallbackServerContext*, SteadyTime> since_;  // guarded by mutex_
};

}  // namespace paceline
