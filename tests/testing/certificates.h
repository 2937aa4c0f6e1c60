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

struct IdentityTimes {
  long from_s = -60, until_s = 3600;  // from now
};
// The same with a URI among its names, such as spiffe://paceline/worker/w1.
Certificate MakeIdentity(const std::string& uri, const Certificate& authority,
                         IdentityTimes times = {});

}  // namespace paceline
