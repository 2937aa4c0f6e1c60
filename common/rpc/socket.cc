#include "common/rpc/socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

constexpr int kBacklog = 1024;

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

absl::StatusOr<AddressList> Resolve(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (error == 0) return AddressList(found, &freeaddrinfo);
  return absl::UnavailableError(absl::StrCat("cannot listen on ", address.ToString(), ": ",
                                             address.host, " is not found: ", gai_strerror(error)));
}

void SetOption(int fd, int level, int option, int value) {
  // What fails here costs speed at most.
  (void)setsockopt(fd, level, option, &value, sizeof value);
}

// With errno set where the descriptor is not valid.
Descriptor ListenOnOne(const addrinfo& one, int port) {
  sockaddr_storage address{};
  std::memcpy(&address, one.ai_addr, one.ai_addrlen);
  // After the first socket of several the port is known.
  if (one.ai_family == AF_INET) {
    reinterpret_cast<sockaddr_in&>(address).sin_port = htons(static_cast<uint16_t>(port));
  } else if (one.ai_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(address).sin6_port = htons(static_cast<uint16_t>(port));
  }
  Descriptor fd(socket(one.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fd;
  SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // Connections inherit it: small messages go at once.
  SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), one.ai_addrlen) != 0 ||
      listen(fd.get(), kBacklog) != 0) {
    const int error = errno;
    fd = Descriptor();
    errno = error;
  }
  return fd;
}

int PortOf(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

}  // namespace

absl::StatusOr<Listeners> ListenOn(const Address& address) {
  auto found = Resolve(address);
  if (!found.ok()) return found.status();
  Listeners listeners{.sockets = {}, .port = address.port};
  int error = 0;
  for (const addrinfo* one = found->get(); one != nullptr; one = one->ai_next) {
    Descriptor fd = ListenOnOne(*one, listeners.port);
    if (!fd.valid()) {
      error = errno;
      // A port that one address has must not be another program's on the next.
      if (error == EADDRINUSE) listeners.sockets.clear();
      if (error == EADDRINUSE) break;
      continue;
    }
    listeners.port = PortOf(fd.get());
    listeners.sockets.push_back(std::move(fd));
  }
  if (!listeners.sockets.empty()) return listeners;
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", address.ToString(), ": ", std::strerror(error),
                   error == EADDRINUSE      ? "; another program listens there already"
                   : error == EADDRNOTAVAIL ? "; the address is not this machine's"
                                            : ""));
}

std::string PeerOf(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char host[NI_MAXHOST], port[NI_MAXSERV];
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof host, port, sizeof port,
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "somebody";
  }
  return absl::StrCat(host, ":", port);
}

int64_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  rlimit raised = limit;
  raised.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return static_cast<int64_t>(limit.rlim_cur);
}

}  // namespace paceline
