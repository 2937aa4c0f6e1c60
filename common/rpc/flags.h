// Command-line options that the programs share.
#pragma once

#include <string>

#include "common/command/command.h"
#include "common/rpc/tls_flags.h"

namespace paceline {

// --tls-ca, --tls-cert, --tls-key, --insecure. `tls` outlives `app`.
void AddTlsFlags(Command& app, TlsFlags& tls);
// --token-file FILE of a client, else $PACELINE_TOKEN_FILE. `tls` outlives `app`.
void AddTokenFlag(Command& app, TlsFlags& tls);
// --coordinator ADDR, else $PACELINE_COORDINATOR, else kDefaultCoordinator. `address` outlives
// `app`.
void AddCoordinatorFlag(Command& app, std::string& address);

}  // namespace paceline
