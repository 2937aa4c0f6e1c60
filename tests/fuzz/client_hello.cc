#include "common/rpc/client_hello.h"

#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"

namespace paceline::fuzz {

void ClientHello(std::string_view input) {
  const paceline::ClientHello whole = ReadClientHello(input);
  if (whole == paceline::ClientHello::kIncomplete) {
    PACELINE_REQUIRE(input.size() < kMaxClientHello);
  }
  // Once it is known what it is, more bytes change nothing; while it is not, fewer tell no more.
  const paceline::ClientHello half = ReadClientHello(input.substr(0, input.size() / 2));
  PACELINE_REQUIRE(half == whole || half == paceline::ClientHello::kIncomplete);
}

}  // namespace paceline::fuzz
