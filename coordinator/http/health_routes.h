// GET /healthz and /readyz: 200, or 503 with the reason, as JSON.
#pragma once

#include "common/http/http_server.h"
#include "coordinator/api/health.h"

namespace paceline {

// `board` outlives the routes.
void AddHealthRoutes(const HealthBoard& board, HttpRoutes& routes);

}  // namespace paceline
