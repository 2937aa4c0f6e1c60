// Certificates for tests of TLS.
#pragma once

#include <string>

namespace paceline {

struct Certificate {
  std::string cert;  // PEM
  std::string key;   // PEM
};

// An authority of that name, self-signed, good for an hour.
Certificate MakeAuthority(const std::string& name);
// For the host 127.0.0.1 and localhost, signed by `authority`.
Certificate MakeCertificate(const std::string& name, const Certificate& authority);

}  // namespace paceline
