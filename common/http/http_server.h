// A small HTTP server: it only tells, and takes nothing in. Bounds: 32 connections, 16 of one host,
// 8 KiB for each, 5 s of silence, one request a connection.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/address.h"

struct MHD_Daemon;

namespace paceline {

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
};

struct HttpRequest {
  std::string method;
  std::string path;  // without the query
};

// By path. They are called on the server's own thread, which serves all: they must not wait.
using HttpRoutes = std::map<std::string, std::function<HttpReply(const HttpRequest&)>, std::less<>>;

class HttpServer {
 public:
  // Answers GET and HEAD of these paths when it returns. Unavailable if the address cannot be
  // listened on. What the routes use outlives the server.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Address& listen,
                                                           HttpRoutes routes);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // With the port that was chosen.
  const Address& address() const { return address_; }

  HttpReply Answer(const HttpRequest& request) const;

 private:
  HttpServer(Address address, HttpRoutes routes)
      : address_(std::move(address)), routes_(std::move(routes)) {}

  const Address address_;
  const HttpRoutes routes_;
  std::vector<MHD_Daemon*> daemons_;  // one for each address of the host
};

}  // namespace paceline
