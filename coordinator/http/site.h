// What the coordinator shows by HTTP: the dashboard's files and the API behind them.
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>

#include "common/base/clock.h"
#include "common/http/http_server.h"
#include "coordinator/http/routes.h"
#include "coordinator/http/visit.h"

namespace paceline {

// Thread-safe.
class Site {
 public:
  // `clock` outlives the site.
  Site(SiteOptions options, const Clock& clock);
  ~Site() { Detach(); }

  // For HttpOptions: a request that nothing is wrong with but what it asks for. May wait for the
  // coordinator's loop.
  HttpReply Answer(const HttpRequest& request);
  size_t MostBodyBytes(const HttpRequest& request) const;

  // What is shown from now on; before, and after Detach, the pages of the coordinator answer 503.
  void Attach(const SiteBackend& backend);
  // Ends streams of events, and waits for requests under way. To be called before any of the
  // backend goes.
  void Detach();

 private:
  // Who asks, into the visit. Unauthenticated for what is no good, or no more; PermissionDenied for
  // a session's request that does not show its secret.
  absl::Status Identify(Visit& visit);
  absl::Status OfSession(Visit& visit);
  HttpReply Serve(const Route& route, Visit& visit);
  HttpReply Read(const Route& route, const Visit& visit);

  const SiteOptions options_;
  const Clock& clock_;
  const int64_t started_ms_;
  Sessions sessions_;
  LoginLimit logins_;
  std::shared_mutex mutex_;  // shared by those who use parts_
  std::unique_ptr<SiteParts> parts_;
};

}  // namespace paceline
