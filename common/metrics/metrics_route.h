// GET /metrics.
#pragma once

#include <functional>
#include <string>

#include "common/http/http_server.h"
#include "common/metrics/families.h"

namespace paceline {

// What a program is, for paceline_build_info.
struct BuildLabels {
  std::string program, version, commit;
};

// The process's own numbers and the build's, and after them what `tell` adds. `tell` is called for
// each scrape, on whichever thread asks.
std::function<HttpReply(const HttpRequest&)> MetricsAnswer(const BuildLabels& build,
                                                           std::function<void(Families&)> tell);
// The same as a route of a server: `tell` must be quick.
void AddMetricsRoute(const BuildLabels& build, std::function<void(Families&)> tell,
                     HttpRoutes& routes);

}  // namespace paceline
