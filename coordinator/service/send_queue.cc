#include "coordinator/service/send_queue.h"

#include <utility>

namespace paceline {

void SendQueue::Push(SharedMessage message) {
  if (message->has_theta()) {
    std::erase_if(messages_, [&](const SharedMessage& earlier) {
      return earlier->has_theta() && earlier->theta().job() == message->theta().job();
    });
  }
  messages_.push_back(std::move(message));
}

SharedMessage SendQueue::Pop() {
  SharedMessage message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

}  // namespace paceline
