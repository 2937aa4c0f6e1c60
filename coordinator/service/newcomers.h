// Streams that have not said who they are: each costs a thread, so that none may stay one for long.
#pragma once

#include <chrono>
#include <map>
#include <mutex>

#include "common/base/clock.h"
#include "grpcpp/server_context.h"

namespace paceline {

// Thread-safe.
class Newcomers {
 public:
  // `clock` outlives the object.
  Newcomers(std::chrono::milliseconds patience, const Clock& clock)
      : patience_(patience), clock_(clock) {}

  // Around the wait for a stream's first message.
  class Wait {
   public:
    Wait(Newcomers& all, grpc::ServerContext* context);
    ~Wait();
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

   private:
    Newcomers& all_;
    grpc::ServerContext* const context_;
  };

  // Ends the calls of those that have been waited for too long. To be called now and then.
  void EndLate();

 private:
  const std::chrono::milliseconds patience_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<grpc::ServerContext*, SteadyTime> since_;  // guarded by mutex_
};

}  // namespace paceline
