#include "common/http/health_reply.h"

#include "nlohmann/json.hpp"

namespace paceline {

HttpReply HealthReply(const std::string& well, const std::string& trouble) {
  nlohmann::ordered_json json = {{"status", trouble.empty() ? well : "unavailable"}};
  if (!trouble.empty()) json["reason"] = trouble;
  const auto handler = nlohmann::ordered_json::error_handler_t::replace;
  return {.status = trouble.empty() ? 200 : 503,
          .content_type = "application/json",
          .body = json.dump(-1, ' ', false, handler) + "\n"};
}

}  // namespace paceline
