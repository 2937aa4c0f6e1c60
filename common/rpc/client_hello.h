// The first message of a TLS client, read before TLS is spoken: which versions it offers.
#pragma once

#include <cstddef>
#include <string_view>

namespace paceline {

enum class ClientHello {
  kIncomplete,  // as far as it goes it may be one
  kOffersTls13,
  kOffersLess,
  kNone,  // no TLS client's first message, or a damaged one
};

// A longer one is none.
inline constexpr size_t kMaxClientHello = 16 << 10;

// `bytes`: what a fresh connection has sent so far, TLS records (RFC 8446, 4.1.2 and 5.1).
ClientHello ReadClientHello(std::string_view bytes);

// What a server that speaks TLS 1.3 alone answers: the alert "protocol_version".
std::string_view ProtocolVersionAlert();

}  // namespace paceline
