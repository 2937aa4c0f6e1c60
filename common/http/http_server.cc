#include "common/http/http_server.h"

#include <fcntl.h>
#include <microhttpd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/http/http_exchange.h"
#include "common/http/http_text.h"
#include "common/rpc/socket.h"

namespace paceline {
namespace {

constexpr unsigned kSilenceSeconds = 5;
// For the headers of a request and what of its reply is under way.
constexpr size_t kConnectionBytes = 16 << 10;
constexpr int kThreads = 4;
constexpr size_t kMostWaiting = 64;

void* BeginExchange(void* server, const char* target, MHD_Connection*) {
  return new HttpExchange(*static_cast<HttpServer*>(server), target);
}

MHD_Result Handle(void*, MHD_Connection* connection, const char*, const char* method, const char*,
                  const char* part, size_t* bytes, void** exchange) {
  if (*exchange == nullptr) return MHD_NO;
  return static_cast<HttpExchange*>(*exchange)->Go(connection, method, part, bytes);
}

int DescriptorOf(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == nullptr ? -1 : info->connect_fd;
}

HttpReply Refusal(int status, std::string text) {
  return {.status = status, .body = std::move(text)};
}

HttpReply NotAllowed(const char* allowed) {
  HttpReply reply = Refusal(405, absl::StrCat("there is only ", allowed, " of this\n"));
  reply.headers = {{"Allow", allowed}};
  return reply;
}

}  // namespace

HttpServer::HttpServer(Address address, HttpRoutes routes, HttpOptions options)
    : address_(std::move(address)), routes_(std::move(routes)), options_(std::move(options)) {
  if (options_.handler) pool_ = std::make_unique<HttpPool>(kThreads, kMostWaiting);
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Address& listen,
                                                              HttpRoutes routes,
                                                              HttpOptions options) {
  auto listeners = ListenOn(listen);
  if (!listeners.ok()) return listeners.status();
  std::unique_ptr<HttpServer> server(new HttpServer({.host = listen.host, .port = listeners->port},
                                                    std::move(routes), std::move(options)));
  server->sockets_ = std::move(listeners->sockets);
  for (const Descriptor& socket : server->sockets_) {
    auto daemon = server->Listen(socket, server->options_.certificate, server->options_.key);
    if (!daemon.ok()) return daemon.status();
    server->daemons_.push_back(*daemon);
  }
  return server;
}

absl::Status HttpServer::Renew(const std::string& certificate, const std::string& key) {
  std::vector<MHD_Daemon*> fresh;
  for (const Descriptor& socket : sockets_) {
    auto daemon = Listen(socket, certificate, key);
    if (!daemon.ok()) {
      for (MHD_Daemon* other : fresh) Retire(other);
      return daemon.status();
    }
    fresh.push_back(*daemon);
  }
  StopIdle();
  for (MHD_Daemon* daemon : daemons_) Retire(daemon);
  daemons_ = std::move(fresh);
  return absl::OkStatus();
}

void HttpServer::Retire(MHD_Daemon* daemon) {
  const Descriptor closed(MHD_quiesce_daemon(daemon));
  old_.push_back(daemon);
}

void HttpServer::StopIdle() {
  std::erase_if(old_, [](MHD_Daemon* daemon) {
    const auto* info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    if (info == nullptr || info->num_connections > 0) return false;
    MHD_stop_daemon(daemon);
    return true;
  });
}

absl::StatusOr<MHD_Daemon*> HttpServer::Listen(const Descriptor& socket,
                                               const std::string& certificate,
                                               const std::string& key) {
  const MHD_RequestCompletedCallback completed = [](void* server, MHD_Connection* connection,
                                                    void** exchange, MHD_RequestTerminationCode) {
    auto& own = *static_cast<HttpServer*>(server);
    delete static_cast<HttpExchange*>(std::exchange(*exchange, nullptr));
    own.watch_.Allow(DescriptorOf(connection), own.options_.request_patience);
  };
  const MHD_NotifyConnectionCallback connected = [](void* server, MHD_Connection* connection,
                                                    void**, MHD_ConnectionNotificationCode code) {
    auto& own = *static_cast<HttpServer*>(server);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
      own.watch_.Allow(DescriptorOf(connection), own.options_.request_patience);
    } else {
      own.watch_.Forget(DescriptorOf(connection));
    }
  };
  Descriptor own(fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
  std::vector<MHD_OptionItem> options = {
      {MHD_OPTION_LISTEN_SOCKET, own.get(), nullptr},
      {MHD_OPTION_CONNECTION_LIMIT, options_.connections, nullptr},
      {MHD_OPTION_PER_IP_CONNECTION_LIMIT, options_.connections_of_one_host, nullptr},
      {MHD_OPTION_CONNECTION_TIMEOUT, kSilenceSeconds, nullptr},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionBytes, nullptr},
      {MHD_OPTION_URI_LOG_CALLBACK, reinterpret_cast<intptr_t>(&BeginExchange), this},
      {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<intptr_t>(completed), this},
      {MHD_OPTION_NOTIFY_CONNECTION, reinterpret_cast<intptr_t>(connected), this}};
  unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
  if (tls()) {
    flags |= MHD_USE_TLS;
    const auto text = [](const std::string& pem) { return const_cast<char*>(pem.c_str()); };
    options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, text(certificate)});
    options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, text(key)});
    options.push_back(
        {MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>("NORMAL:-VERS-ALL:+VERS-TLS1.3")});
  }
  options.push_back({MHD_OPTION_END, 0, nullptr});
  MHD_Daemon* daemon = MHD_start_daemon(flags, 0, nullptr, nullptr, &Handle, this, MHD_OPTION_ARRAY,
                                        options.data(), MHD_OPTION_END);
  if (daemon == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("the HTTP server cannot be started on ", address_.ToString()));
  }
  (void)own.Release();  // the daemon closes it
  return daemon;
}

// Daemons want no suspended connection when they stop.
HttpServer::~HttpServer() {
  if (pool_) pool_->Stop();
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    for (const auto& weak : streams_) {
      if (const auto stream = weak.lock()) stream->End();
    }
  }
  for (MHD_Daemon* daemon : old_) MHD_stop_daemon(daemon);
  for (MHD_Daemon* daemon : daemons_) MHD_stop_daemon(daemon);
}

std::string HttpServer::url() const {
  return absl::StrCat(tls() ? "https://" : "http://", address_.ToString());
}

std::unique_ptr<HttpReply> HttpServer::AnswerAtOnce(const HttpRequest& request) const {
  const auto now = [](HttpReply reply) { return std::make_unique<HttpReply>(std::move(reply)); };
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const auto route = routes_.find(request.path);
  if (route == routes_.end() && !options_.handler) return now(NotHere());
  if (route == routes_.end()) {
    if (!reads && request.method != "POST") return now(NotAllowed("GET, HEAD, POST"));
    return WhyStrange(request);
  }
  return now(reads ? route->second(request) : NotAllowed("GET, HEAD"));
}

// Null if it is one of this server's own pages or no page at all that asks.
std::unique_ptr<HttpReply> HttpServer::WhyStrange(const HttpRequest& request) const {
  const std::string& host = request.header("host");
  const std::string& origin = request.header("origin");
  if (!IsOwnHost(host, address_, options_.host_names)) {
    return std::make_unique<HttpReply>(
        Refusal(421,
                "this server does not know itself by that name; ask for localhost or its "
                "address, or start it with --http-host NAME\n"));
  }
  if (request.method == "POST" && !origin.empty() && !IsOwnOrigin(origin, host, tls())) {
    return std::make_unique<HttpReply>(Refusal(403, "another site's page asks for this\n"));
  }
  return nullptr;
}

HttpReply HttpServer::NotHere() const {
  const std::string known =
      absl::StrJoin(routes_, ", ", [](std::string* out, const auto& r) { *out += r.first; });
  return Refusal(404, absl::StrCat("not here; there is ", known, "\n"));
}

void HttpServer::Keep(const std::shared_ptr<HttpStream>& stream) {
  std::lock_guard lock(mutex_);
  std::erase_if(streams_, [](const auto& weak) { return weak.expired(); });
  if (closing_) stream->End();
  streams_.push_back(stream);
}

}  // namespace paceline
