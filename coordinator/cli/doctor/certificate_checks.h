// Whether the files of --tls-... will do, now and for a while.
#pragma once

#include <cstdint>
#include <vector>

#include "common/rpc/tls_flags.h"
#include "coordinator/cli/doctor/finding.h"

namespace paceline {

// Looks at the files that are given. `host`: by which a coordinator is to be reached; empty:
// whichever.
std::vector<Finding> CheckCertificates(const TlsFlags& tls, const std::string& host,
                                       int64_t now_ms);

// Of a certificate (PEM) that comes from `authorities`, or from whichever if there are none.
Finding CheckCertificate(const std::string& path, const std::string& pem,
                         const std::string& authorities, const std::string& host, int64_t now_ms);

// Whether it is a coordinator's, with which nobody can ask another.
bool IsCoordinators(const std::string& certificate_path);

}  // namespace paceline
