// What waits to be sent to one worker.
#pragma once

#include <deque>

#include "coordinator/roster/outgoing.h"

namespace paceline {

// Not thread-safe. However slowly its worker takes them, it holds one θ of a job at most: an older
// one that has not been sent is left out when a newer one comes. A worker that wants it yet fetches
// it (FetchTheta).
class SendQueue {
 public:
  void Push(SharedMessage message);
  // The next one; there is one.
  SharedMessage Pop();
  void Clear() { messages_.clear(); }
  bool empty() const { return messages_.empty(); }

 private:
  std::deque<SharedMessage> messages_;
};

}  // namespace paceline
