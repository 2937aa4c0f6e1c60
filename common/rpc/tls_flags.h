// What the command line says about TLS; no gRPC.
#pragma once

#include <string>

namespace paceline {

// Paths of PEM files; empty where not given.
struct TlsFlags {
  // Authorities that the other side's certificate must come from. On a server, giving it demands a
  // certificate of every client (mutual TLS).
  std::string ca = {};
  // This side's certificate (with its chain) and private key; both or neither.
  std::string cert = {};
  std::string key = {};
  // Plaintext, even beyond loopback.
  bool insecure = false;
  // On a server with `ca`: lets in clients that have no certificate, and shall show a token.
  bool allow_tokens = false;
  // Of a client: file with a token, for want of a certificate or beside it.
  std::string token_file = {};

  bool any() const { return !ca.empty() || !cert.empty() || !key.empty(); }
};

}  // namespace paceline
