// Command-line options that the programs share.
#pragma once

#include <string>

#include "common/rpc/tls_flags.h"

namespace CLI {
class App;
}

namespace paceline {

// --tls-ca, --tls-cert, --tls-key, --insecure. `tls` outlives `app`.
void AddTlsFlags(CLI::App& app, TlsFlags& tls);
// --coordinator ADDR, else $PACELINE_COORDINATOR, else kDefaultCoordinator. `address` outlives
// `app`.
void AddCoordinatorFlag(CLI::App& app, std::string& address);

}  // namespace paceline
