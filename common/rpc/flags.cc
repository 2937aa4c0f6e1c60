#include "common/rpc/flags.h"

#include "CLI/CLI.hpp"
#include "common/rpc/address.h"

namespace paceline {

void AddTlsFlags(CLI::App& app, TlsFlags& tls) {
  app.add_option("--tls-ca", tls.ca,
                 "PEM file: authority that the other side's certificate must come from; on the "
                 "coordinator it demands client certificates")
      ->type_name("FILE");
  app.add_option("--tls-cert", tls.cert, "PEM file: certificate of this side")->type_name("FILE");
  app.add_option("--tls-key", tls.key, "PEM file: private key of --tls-cert")->type_name("FILE");
  app.add_flag("--insecure", tls.insecure, "No TLS, even beyond this machine");
}

void AddCoordinatorFlag(CLI::App& app, std::string& address) {
  if (address.empty()) address = kDefaultCoordinator;
  app.add_option("--coordinator", address, "Where the coordinator listens")
      ->type_name("HOST:PORT")
      ->envname("PACELINE_COORDINATOR")
      ->capture_default_str();
}

}  // namespace paceline
