#include "coordinator/http/health_routes.h"

#include "nlohmann/json.hpp"

namespace paceline {
namespace {

HttpReply Reply(const char* well, const std::string& trouble) {
  nlohmann::ordered_json json = {{"status", trouble.empty() ? well : "unavailable"}};
  if (!trouble.empty()) json["reason"] = trouble;
  const auto handler = nlohmann::ordered_json::error_handler_t::replace;
  return {.status = trouble.empty() ? 200 : 503,
          .content_type = "application/json",
          .body = json.dump(-1, ' ', false, handler) + "\n"};
}

}  // namespace

void AddHealthRoutes(const HealthBoard& board, HttpRoutes& routes) {
  routes["/healthz"] = [&board](const HttpRequest&) { return Reply("ok", board.WhyUnhealthy()); };
  routes["/readyz"] = [&board](const HttpRequest&) { return Reply("ready", board.WhyNotReady()); };
}

}  // namespace paceline
