#include "common/rpc/first_words.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "fmt/format.h"

namespace paceline {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

absl::StatusOr<Addresses> Resolve(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  const int error = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
  if (error == 0) return Addresses(found, &freeaddrinfo);
  return absl::NotFoundError(
      fmt::format("the name {} has no address ({})", address.host, gai_strerror(error)));
}

bool AwaitEvent(int socket, short event) {
  pollfd waited{.fd = socket, .events = event, .revents = 0};
  return poll(&waited, 1, static_cast<int>(kProbePatience.count())) == 1;
}

// 0, or errno's value.
int Connect(int socket, const addrinfo& where) {
  if (connect(socket, where.ai_addr, where.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!AwaitEvent(socket, POLLOUT)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

std::string WhyNot(int error) {
  if (error == ECONNREFUSED) return "nothing listens there";
  if (error == ETIMEDOUT) return "that machine does not answer";
  return std::strerror(error);
}

}  // namespace

absl::StatusOr<int> ConnectTo(const Address& address) {
  const auto addresses = Resolve(address);
  if (!addresses.ok()) return addresses.status();
  int error = ETIMEDOUT;
  for (const addrinfo* at = addresses->get(); at != nullptr; at = at->ai_next) {
    const int made = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) return absl::ErrnoToStatus(errno, "cannot make a socket");
    Descriptor connection(made);
    error = Connect(made, *at);
    if (error == 0) return connection.Release();
  }
  return absl::UnavailableError(WhyNot(error));
}

bool SendTo(int socket, std::string_view bytes) {
  while (!bytes.empty() && AwaitEvent(socket, POLLOUT)) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return bytes.empty();
}

absl::StatusOr<std::string> ReceiveFrom(int socket) {
  std::array<char, 1 << 14> buffer;
  if (!AwaitEvent(socket, POLLIN)) return absl::DeadlineExceededError("no answer");
  const ssize_t got = recv(socket, buffer.data(), buffer.size(), 0);
  return got > 0 ? std::string(buffer.data(), static_cast<size_t>(got)) : "";
}

absl::StatusOr<std::string> FirstWords(const Address& address, std::string_view greeting) {
  const auto socket = ConnectTo(address);
  if (!socket.ok()) return socket.status();
  const Descriptor connection(*socket);
  SendTo(*socket, greeting);
  return ReceiveFrom(*socket);
}

}  // namespace paceline
