// Calls that last, each of which ends when its caller's identity is no longer good.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/access/caller.h"

namespace paceline {

// Thread-safe.
class LiveCalls {
 public:
  // Ends the call with that; may be called after it has ended.
  using End = std::function<void(const absl::Status& why)>;

  // While it exists, the call is looked after.
  class Call {
   public:
    Call(LiveCalls& all, Caller caller, End end);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    LiveCalls& all_;
    std::list<std::pair<Caller, End>>::iterator place_;
  };

  // Ends the calls for whose callers `still_good` is not OK. To be called now and then.
  void EndBad(const std::function<absl::Status(const Caller&)>& still_good);

 private:
  std::mutex mutex_;
  std::list<std::pair<Caller, End>> calls_;  // guarded by mutex_
};

}  // namespace paceline
