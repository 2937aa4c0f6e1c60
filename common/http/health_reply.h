// What a probe is told.
#pragma once

#include <string>

#include "common/http/http_server.h"

namespace paceline {

// As JSON: 200 with the status `well`, or 503 with the reason where `trouble` is not empty.
HttpReply HealthReply(const std::string& well, const std::string& trouble);

}  // namespace paceline
