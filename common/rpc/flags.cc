#include "common/rpc/flags.h"

#include "common/rpc/address.h"

namespace paceline {

void AddTlsFlags(Command& app, TlsFlags& tls) {
  app.AddOption("--tls-ca", tls.ca,
                "PEM file: authority that the other side's certificate must come from; on the "
                "coordinator it demands client certificates")
      .TypeName("FILE");
  app.AddOption("--tls-cert", tls.cert, "PEM file: certificate of this side").TypeName("FILE");
  app.AddOption("--tls-key", tls.key, "PEM file: private key of --tls-cert").TypeName("FILE");
  app.AddFlag("--insecure", tls.insecure, "No TLS, even beyond this machine");
}

void AddTokenFlag(Command& app, TlsFlags& tls) {
  app.AddOption("--token-file", tls.token_file,
                "File with a token of `paceline tokens issue`, which its owner alone can read; "
                "without it, $PACELINE_TOKEN is the token")
      .TypeName("FILE")
      .Environment("PACELINE_TOKEN_FILE");
}

void AddCoordinatorFlag(Command& app, std::string& address) {
  if (address.empty()) address = kDefaultCoordinator;
  app.AddOption("--coordinator", address, "Where the coordinator listens")
      .TypeName("HOST:PORT")
      .Environment("PACELINE_COORDINATOR")
      .ShowDefault();
}

}  // namespace paceline
