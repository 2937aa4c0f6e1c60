#include "coordinator/http/health_routes.h"

#include "common/http/health_reply.h"

namespace paceline {

void AddHealthRoutes(const HealthBoard& board, HttpRoutes& routes) {
  routes["/healthz"] = [&board](const HttpRequest&) {
    return HealthReply("ok", board.WhyUnhealthy());
  };
  routes["/readyz"] = [&board](const HttpRequest&) {
    return HealthReply("ready", board.WhyNotReady());
  };
}

}  // namespace paceline
