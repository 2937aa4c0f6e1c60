#include "coordinator/service/acceptor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "common/rpc/client_hello.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

constexpr int kPatienceMs = 1000;
// While descriptors are short.
constexpr int kPauseMs = 100;
constexpr int64_t kReserve = 64;
// Connections that are taken before those that are there are looked at again.
constexpr int kAtOnce = 128;

// The highest descriptor that a connection may have. New ones are the lowest that are free, so a
// higher one means that there are hardly any.
int64_t HighestDescriptor(int64_t limit) { return limit - std::min(kReserve, limit / 4); }

// What is ready to be read is so with this many bytes, or at the end.
void AwaitBytes(int socket, size_t bytes) {
  const int least = static_cast<int>(bytes);
  (void)setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least);
}

}  // namespace

Acceptor::Acceptor(Options options, const Clock& clock, Strangers& strangers, HandOn hand_on)
    : options_(std::move(options)),
      clock_(clock),
      strangers_(strangers),
      hand_on_(std::move(hand_on)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Acceptor::~Acceptor() {
  thread_.request_stop();
  eventfd_write(wake_.get(), 1);
  thread_.join();
}

void Acceptor::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::vector<short> ready = Wait();
    if (stop.stop_requested()) return;
    full_ = false;
    size_t next = options_.listeners.size();
    // Those that are let in below are looked at the next time.
    std::erase_if(guests_, [&](Guest& guest) { return ready[next++] != 0 && Look(guest); });
    std::erase_if(guests_,
                  [&](const Guest& guest) { return clock_.Now() - guest.since > kSilence; });
    for (size_t i = 0; i < options_.listeners.size(); ++i) {
      for (int more = kAtOnce; ready[i] != 0 && more > 0; --more) {
        if (!Accept(options_.listeners[i].get())) break;
      }
    }
    guest_count_ = static_cast<int>(guests_.size());
  }
}

std::vector<short> Acceptor::Wait() {
  std::vector<pollfd> polled;
  const short accepting = full_ ? 0 : POLLIN;
  for (const Descriptor& listener : options_.listeners) {
    polled.push_back({.fd = listener.get(), .events = accepting, .revents = 0});
  }
  for (const Guest& guest : guests_) {
    polled.push_back({.fd = guest.socket.get(), .events = POLLIN, .revents = 0});
  }
  polled.push_back({.fd = wake_.get(), .events = POLLIN, .revents = 0});
  poll(polled.data(), polled.size(), full_ ? kPauseMs : kPatienceMs);
  std::vector<short> ready;
  ready.reserve(polled.size());
  for (const pollfd& one : polled) ready.push_back(one.revents);
  return ready;
}

bool Acceptor::Accept(int listener) {
  Descriptor connection(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!connection.valid()) {
    full_ = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (full_) Tell(Trouble::kNoDescriptors, "whoever comes");
    return false;
  }
  if (connection.get() > HighestDescriptor(options_.descriptor_limit)) {
    Tell(Trouble::kNoDescriptors, PeerOf(connection.get()));
    return true;
  }
  guests_.push_back({.listener = listener, .socket = std::move(connection), .since = clock_.Now()});
  return true;
}

bool Acceptor::Look(Guest& guest) {
  std::array<char, kMaxClientHello> buffer;
  const ssize_t count = recv(guest.socket.get(), buffer.data(), buffer.size(), MSG_PEEK);
  if (count < 0) return errno != EAGAIN && errno != EINTR;
  // Came and went: a port check.
  if (count == 0) return true;
  const std::string_view bytes(buffer.data(), static_cast<size_t>(count));
  const Speaker speaker = SpeakerOf(bytes);
  const auto trouble = TroubleWith(speaker, options_.tls);
  if (speaker == Speaker::kTls && !trouble) return LookAtTls(guest, bytes);
  if (trouble) Tell(*trouble, PeerOf(guest.socket.get()));
  // gRPC answers strangers in its own way.
  LetIn(guest);
  return true;
}

bool Acceptor::LookAtTls(Guest& guest, std::string_view bytes) {
  switch (ReadClientHello(bytes)) {
    case ClientHello::kIncomplete:
      // It has gone, or else is heard of again when it has said more.
      if (bytes.size() == guest.heard) return true;
      guest.heard = bytes.size();
      AwaitBytes(guest.socket.get(), guest.heard + 1);
      return false;
    case ClientHello::kOffersLess:
      Tell(Trouble::kOldTls, PeerOf(guest.socket.get()));
      (void)send(guest.socket.get(), ProtocolVersionAlert().data(), ProtocolVersionAlert().size(),
                 MSG_NOSIGNAL | MSG_DONTWAIT);
      return true;
    case ClientHello::kOffersTls13:
    case ClientHello::kNone:
      break;
  }
  LetIn(guest);
  return true;
}

void Acceptor::LetIn(Guest& guest) {
  if (guest.heard > 0) AwaitBytes(guest.socket.get(), 1);
  ++handed_on_;
  hand_on_(guest.listener, std::move(guest.socket));
}

void Acceptor::Tell(Trouble trouble, const std::string& who) {
  if (const auto line = strangers_.Count(trouble, who)) spdlog::warn("{}", *line);
}

}  // namespace paceline
