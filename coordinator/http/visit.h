// One request of the HTTP API, and what its answer is made of.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/http/http_message.h"
#include "coordinator/access/gate.h"
#include "coordinator/api/evaluation_api.h"
#include "coordinator/api/health.h"
#include "coordinator/api/job_api.h"
#include "coordinator/http/news.h"
#include "coordinator/http/overview.h"
#include "coordinator/http/sessions.h"
#include "coordinator/series/series_keeper.h"

namespace paceline {

// The coordinator, as far as browsers see it. All of it outlives the site that it is shown by.
struct SiteBackend {
  JobApi& jobs;
  EvaluationApi& evaluations;
  WatchHub& hub;
  Store& store;
  std::string data_folder;
};

struct SiteOptions {
  std::string version;
  // Without it nobody may change anything. Outlives the site.
  Gate* gate = nullptr;
  // Reading needs no identity.
  bool open_to_read = true;
  bool tls = false;
  const HealthBoard* health = nullptr;  // may be null; outlives the site
  // What scrapers get; may be empty.
  std::function<HttpReply(const HttpRequest&)> metrics = {};
};

// What is made for a backend while it is there.
struct SiteParts {
  SiteParts(const SiteBackend& shown, const SiteOptions& options, const Clock& clock);

  SiteBackend backend;
  Overview overview;
  SeriesKeeper series;
  News news;
};

struct Visit {
  const HttpRequest& request;
  const SiteOptions& options;
  const std::string name = {};  // the NAME of the path
  const bool bare = false;      // Route::bare
  std::optional<Caller> caller = {};
  std::optional<Session> session = {};
  SiteParts* parts = nullptr;  // null for pages that need no backend
  Sessions& sessions;
  LoginLimit& logins;
  int64_t started_ms = 0;

  SiteParts& site() const { return *parts; }
};

// What the series of a job are kept by.
SeriesJob SeriesJobOf(const v1::JobDetail& detail);

using Page = HttpReply (*)(const Visit&);

// Runs `action` as the visit's caller through the gate, under the name that gRPC has for it.
// Unauthenticated without a caller, PermissionDenied without a gate.
absl::Status Through(const Visit& visit, std::string_view method, std::string subject,
                     std::string owner, const std::function<absl::Status()>& action);

// A whole number of the query within bounds; `otherwise` if it lacks. InvalidArgument, naming the
// parameter.
absl::StatusOr<int64_t> NumberOf(const HttpRequest& request, std::string_view name,
                                 int64_t otherwise, int64_t least, int64_t most);

}  // namespace paceline
