// What a running server tells of itself to a scrape.
#include "coordinator/metrics/coordinator_families.h"
#include "coordinator/service/server.h"

namespace paceline {

LoopSnapshot Server::TakeSnapshot() const {
  return {.numbers = coordinator_->Numbers(), .lag = lag_};
}

void Server::TellMetrics(Families& families) {
  rpcs_.Tell(families);
  TellDoor(families);
  families.Counter("paceline_theta_fetches_total", "Versions of θ that workers have fetched.",
                   static_cast<double>(fetched_.versions));
  families.Counter("paceline_theta_fetched_bytes_total", "Bytes of these.",
                   static_cast<double>(fetched_.bytes));
  families.Gauge("paceline_watchers", "Streams that follow jobs.", hub_.waiting());
  AddLoopFamilies(scraper_->Take(), families);
}

void Server::TellDoor(Families& families) const {
  for (int i = 0; i < kTroubles; ++i) {
    const auto trouble = static_cast<Trouble>(i);
    families.Counter("paceline_connection_troubles_total",
                     "Connections that came to nothing, by why.",
                     static_cast<double>(strangers_.count(trouble)), {{"kind", NameOf(trouble)}});
  }
  families.Counter("paceline_connections_total", "Connections that were handed to gRPC.",
                   static_cast<double>(acceptor_->handed_on()));
  families.Gauge("paceline_connections_waiting", "Connections that have not said anything yet.",
                 acceptor_->guests());
}

}  // namespace paceline
