#include "common/http/http_server.h"

#include <microhttpd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/socket.h"

namespace paceline {
namespace {

constexpr unsigned kConnections = 32, kConnectionsOfOneHost = 16;
constexpr unsigned kSilenceSeconds = 5;
constexpr size_t kConnectionBytes = 8 << 10;

MHD_Result Send(MHD_Connection* connection, const HttpReply& reply) {
  MHD_Response* response = MHD_create_response_from_buffer(
      reply.body.size(), const_cast<char*>(reply.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply.content_type.c_str());
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  if (reply.status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  }
  const MHD_Result queued =
      MHD_queue_response(connection, static_cast<unsigned>(reply.status), response);
  MHD_destroy_response(response);
  return queued;
}

// Before any of a body is read, which ends the connection if there is one.
MHD_Result Handle(void* server, MHD_Connection* connection, const char* path, const char* method,
                  const char*, const char*, size_t*, void**) {
  return Send(connection, static_cast<const HttpServer*>(server)->Answer({method, path}));
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Address& listen,
                                                              HttpRoutes routes) {
  auto listeners = ListenOn(listen);
  if (!listeners.ok()) return listeners.status();
  std::unique_ptr<HttpServer> server(
      new HttpServer({.host = listen.host, .port = listeners->port}, std::move(routes)));
  for (Descriptor& socket : listeners->sockets) {
    MHD_Daemon* daemon = MHD_start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD, 0, nullptr, nullptr, &Handle, server.get(),
        MHD_OPTION_LISTEN_SOCKET, socket.Release(), MHD_OPTION_CONNECTION_LIMIT, kConnections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, kConnectionsOfOneHost, MHD_OPTION_CONNECTION_TIMEOUT,
        kSilenceSeconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionBytes, MHD_OPTION_END);
    if (daemon == nullptr) {
      return absl::UnavailableError(
          absl::StrCat("the HTTP server cannot be started on ", server->address_.ToString()));
    }
    server->daemons_.push_back(daemon);
  }
  return server;
}

HttpServer::~HttpServer() {
  for (MHD_Daemon* daemon : daemons_) MHD_stop_daemon(daemon);
}

HttpReply HttpServer::Answer(const HttpRequest& request) const {
  const auto route = routes_.find(request.path);
  if (route == routes_.end()) {
    const std::string known =
        absl::StrJoin(routes_, ", ", [](std::string* out, const auto& r) { *out += r.first; });
    return {.status = MHD_HTTP_NOT_FOUND, .body = absl::StrCat("not here; there is ", known, "\n")};
  }
  if (request.method != MHD_HTTP_METHOD_GET && request.method != MHD_HTTP_METHOD_HEAD) {
    return {.status = MHD_HTTP_METHOD_NOT_ALLOWED, .body = "this is only for reading\n"};
  }
  return route->second(request);
}

}  // namespace paceline
