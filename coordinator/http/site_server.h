// The coordinator's port for browsers, probes and scrapers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/http/http_server.h"
#include "common/rpc/tls_flags.h"
#include "common/rpc/watched_pem.h"
#include "coordinator/http/site.h"

namespace paceline {

// Where a browser finds the dashboard unless it is told otherwise.
inline constexpr char kDefaultHttp[] = "127.0.0.1:7780";
// Instead of an address: nowhere.
inline constexpr char kNoHttp[] = "none";

struct SiteServerOptions {
  // An address, kNoHttp, or nothing: then kDefaultHttp or, where that is taken, a free port.
  std::string where = {};
  std::vector<std::string> host_names = {};  // HttpOptions::host_names
  TlsFlags tls = {};                         // the coordinator's own
  std::string version = {};
  bool open_to_read = true;  // SiteOptions::open_to_read
  Gate* gate = nullptr;
  const HealthBoard* health = nullptr;
  std::function<HttpReply(const HttpRequest&)> metrics = {};  // SiteOptions::metrics
};

class SiteServer {
 public:
  // The routes answer from now on, the rest from Attach on. Null for kNoHttp. FailedPrecondition if
  // it would be in the clear beyond this machine without --insecure; errors of HttpServer::Start
  // and of the certificate's files. What it is given outlives it.
  static absl::StatusOr<std::unique_ptr<SiteServer>> Start(const SiteServerOptions& options,
                                                           HttpRoutes routes, const Clock& clock);

  Site& site() { return site_; }
  const HttpServer& server() const { return *server_; }

 private:
  SiteServer(SiteOptions options, const Clock& clock) : site_(std::move(options), clock) {}

  // Of a server with a certificate.
  void FollowFiles(const TlsFlags& tls, PemFiles first);

  Site site_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<WatchedPem> files_;
  std::jthread follower_;  // takes certificates that are renewed while the server runs
};

// InvalidArgument for what SiteServerOptions::where may not be.
absl::Status CheckHttpFlag(const std::string& where);

}  // namespace paceline
