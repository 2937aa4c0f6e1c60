// Why a certificate will not do, in words for whoever can mend it.
#pragma once

#include <openssl/x509.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace paceline {

struct CertificateUse {
  std::string_view authorities = {};  // PEM, that are trusted; empty: whichever
  bool server = false;                // else it is shown by a client
  std::string host = {};              // by which a server is reached; empty: whichever
  int64_t now_ms = 0;                 // Unix time
};

// A clause about the certificate, and what to do: "expired on 2026-05-01 13:45 UTC; renew it: ...".
// Empty if it will do. The text may hold its chain, too.
std::string CertificateTrouble(std::string_view pem, const CertificateUse& use);

// The same of a certificate's time alone.
std::string TimeTrouble(std::string_view pem, int64_t now_ms);

// The same for what OpenSSL found (X509_V_ERR_...) while it verified that certificate, which may be
// null.
std::string VerificationTrouble(int error, X509* certificate, const CertificateUse& use);

// "w1 as worker, serial 0f3a..."; of another authority's, its name.
std::string CertificateTitle(X509* certificate);

// "2026-05-01 13:45 UTC"
std::string UtcText(int64_t unix_ms);

}  // namespace paceline
