// Something on loopback that is no coordinator.
#pragma once

#include <string>
#include <thread>

namespace paceline {

// Accepts every connection and, if `words` are not empty, answers the first bytes with them and
// closes; with no words it keeps silent.
class FakePeer {
 public:
  explicit FakePeer(std::string words);
  ~FakePeer();
  FakePeer(const FakePeer&) = delete;
  FakePeer& operator=(const FakePeer&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void Serve();

  const std::string words_;
  int listener_ = -1;
  int port_ = 0;
  std::jthread thread_;
};

}  // namespace paceline
