#include "coordinator/http/site_server.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/pem.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

constexpr unsigned kConnections = 256;
constexpr unsigned kConnectionsOfOneHost = 128;

absl::Status CheckPlain(const Address& listen, const TlsFlags& tls) {
  if (listen.IsLoopback() || !tls.cert.empty() || tls.insecure) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("refusing to answer HTTP on ", listen.ToString(),
                   " in the clear, because other machines can reach it: give --tls-cert and "
                   "--tls-key, take --http 127.0.0.1:PORT, or give --insecure if everybody on that "
                   "network may read it"));
}

// On this machine nobody listens in, and its own programs need no certificate.
absl::Status AddCertificate(const Address& listen, const TlsFlags& tls, HttpOptions& options) {
  if (listen.IsLoopback() || tls.cert.empty()) return absl::OkStatus();
  auto pem = ReadPemFiles("", tls.cert, tls.key);
  if (!pem.ok()) return pem.status();
  options.certificate = std::move(pem->cert);
  options.key = std::move(pem->key);
  return absl::OkStatus();
}

// A port that was not asked for is no reason not to start.
absl::StatusOr<std::unique_ptr<HttpServer>> StartByDefault(const HttpRoutes& routes,
                                                           const HttpOptions& options) {
  auto server = HttpServer::Start(*ParseAddress(kDefaultHttp), routes, options);
  if (!server.ok()) server = HttpServer::Start({.host = "127.0.0.1", .port = 0}, routes, options);
  if (server.ok()) return server;
  spdlog::warn("there is no dashboard: {}", std::string(server.status().message()));
  return nullptr;
}

}  // namespace

absl::Status CheckHttpFlag(const std::string& where) {
  if (where.empty() || where == kNoHttp) return absl::OkStatus();
  return ParseAddress(where).status();
}

absl::StatusOr<std::unique_ptr<SiteServer>> SiteServer::Start(const SiteServerOptions& options,
                                                              HttpRoutes routes,
                                                              const Clock& clock) {
  if (options.where == kNoHttp) return nullptr;
  const auto listen = ParseAddress(options.where.empty() ? kDefaultHttp : options.where);
  if (!listen.ok()) return listen.status();
  if (absl::Status plain = CheckPlain(*listen, options.tls); !plain.ok()) return plain;
  HttpOptions http{.host_names = options.host_names,
                   .connections = kConnections,
                   .connections_of_one_host = kConnectionsOfOneHost};
  absl::Status certified = AddCertificate(*listen, options.tls, http);
  if (!certified.ok()) return certified;
  std::unique_ptr<SiteServer> own(new SiteServer({.version = options.version,
                                                  .gate = options.gate,
                                                  .open_to_read = options.open_to_read,
                                                  .tls = !http.certificate.empty(),
                                                  .health = options.health,
                                                  .metrics = options.metrics},
                                                 clock));
  http.handler = [&site = own->site_](const HttpRequest& request) { return site.Answer(request); };
  http.most_body_bytes = [&site = own->site_](const HttpRequest& request) {
    return site.MostBodyBytes(request);
  };
  auto server = options.where.empty() ? StartByDefault(routes, http)
                                      : HttpServer::Start(*listen, std::move(routes), http);
  if (!server.ok()) return server.status();
  if (*server == nullptr) return nullptr;
  own->server_ = *std::move(server);
  if (!http.certificate.empty()) {
    own->FollowFiles(options.tls, {.ca = {}, .cert = http.certificate, .key = http.key});
  }
  return own;
}

void SiteServer::FollowFiles(const TlsFlags& tls, PemFiles first) {
  const auto tell = [](const absl::Status& status) {
    if (!status.ok()) spdlog::warn("HTTPS: {}", std::string(status.message()));
  };
  files_ = std::make_unique<WatchedPem>(TlsFlags{.cert = tls.cert, .key = tls.key},
                                        std::move(first), tell);
  (void)files_->TakeNew();  // those that it has
  follower_ = std::jthread([this, tell](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      wake.wait_for(lock, stop, WatchedPem::kLookAgain, [] { return false; });
      if (const auto pem = files_->TakeNew()) tell(server_->Renew(pem->cert, pem->key));
    }
  });
}

}  // namespace paceline
