// Certificates for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "common/pki/authority_folder.h"
#include "nlohmann/json_fwd.hpp"

namespace paceline {

nlohmann::ordered_json CertificateJson(const IssuedCertificate& certificate);
nlohmann::ordered_json IssuedJson(const IssuedFiles& files);
// Where the files are and the command that they are for.
std::string IssuedText(const IssuedFiles& files);
// A table; "good", "expired" or "revoked" by the time that it is.
std::string CertificatesText(const std::vector<IssuedCertificate>& certificates, int64_t now_ms);

}  // namespace paceline
