// Who is at the other end of a fresh connection, by the first bytes that it sends.
#pragma once

#include <string_view>

namespace paceline {

enum class Speaker {
  kGrpc,   // in the clear
  kTls,    // whatever is inside
  kHttp,   // HTTP/1: a browser, a health check
  kOther,  // nothing that talks to a coordinator
};

// Three bytes are enough; of fewer, what they may still become: gRPC rather than HTTP.
Speaker SpeakerOf(std::string_view first_bytes);

}  // namespace paceline
