#include "tests/common/rpc/fake_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

namespace paceline {

FakePeer::FakePeer(std::string words)
    : words_(std::move(words)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  bind(listener_, reinterpret_cast<sockaddr*>(&at), size);
  listen(listener_, 16);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
  port_ = ntohs(at.sin_port);
  thread_ = std::jthread([this] { Serve(); });
}

FakePeer::~FakePeer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void FakePeer::Serve() {
  std::vector<int> silent;
  for (int peer = 0; (peer = accept(listener_, nullptr, nullptr)) >= 0;) {
    if (words_.empty()) {
      silent.push_back(peer);
      continue;
    }
    std::array<char, 1024> ignored;
    if (recv(peer, ignored.data(), ignored.size(), 0) > 0) {
      send(peer, words_.data(), words_.size(), MSG_NOSIGNAL);
    }
    close(peer);
  }
  for (const int peer : silent) close(peer);
}

}  // namespace paceline
