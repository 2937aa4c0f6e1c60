// The dashboard's files as answers.
#pragma once

#include <optional>

#include "common/http/http_message.h"

namespace paceline {

// Nothing if no file is served under the request's path.
std::optional<HttpReply> FileReply(const HttpRequest& request);

}  // namespace paceline
