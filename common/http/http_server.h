// A small HTTP server. Nobody holds it up: a waiting connection takes no thread, one that says
// nothing for 5 s or is not done with its request after 10 s is ended, and connections, headers,
// bodies and requests that wait have bounds.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/descriptor.h"
#include "common/http/connection_watch.h"
#include "common/http/http_message.h"
#include "common/http/http_pool.h"
#include "common/rpc/address.h"

struct MHD_Connection;
struct MHD_Daemon;

namespace paceline {

// By path. They are called on the server's own thread, which serves all: they must not wait. They
// are only for reading, and answer under whatever name the server is asked by.
using HttpRoutes = std::map<std::string, std::function<HttpReply(const HttpRequest&)>, std::less<>>;

struct HttpOptions {
  // Answers GET (HEAD too) and POST of all paths but those of the routes; may be empty. It is
  // called on a few threads of its own and may wait. Requests that name another host than this
  // server, and a POST from another site's page, do not reach it.
  std::function<HttpReply(const HttpRequest&)> handler = {};
  // How much a body of POST may have.
  std::function<size_t(const HttpRequest&)> most_body_bytes = {};
  // Names of this machine that requests may be for, beside localhost and IP addresses.
  std::vector<std::string> host_names = {};
  // PEM texts; TLS 1.3 if they are there.
  std::string certificate = {};
  std::string key = {};
  unsigned connections = 32;
  unsigned connections_of_one_host = 16;
  std::chrono::milliseconds request_patience{10'000};
  std::chrono::milliseconds reply_patience{60'000};
};

class HttpServer {
 public:
  // Answers when it returns. Unavailable if the address cannot be listened on. What the routes and
  // the handler use outlives the server.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Address& listen, HttpRoutes routes,
                                                           HttpOptions options = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // With the port that was chosen.
  const Address& address() const { return address_; }
  // "http://127.0.0.1:7780"
  std::string url() const;
  // New connections get this certificate, PEM texts; those that there are stay. Of a server that
  // speaks TLS. After an error the old one stays in use.
  absl::Status Renew(const std::string& certificate, const std::string& key);

 private:
  friend class HttpExchange;

  HttpServer(Address address, HttpRoutes routes, HttpOptions options);
  bool tls() const { return !options_.certificate.empty(); }
  // On a descriptor of its own for the same socket.
  absl::StatusOr<MHD_Daemon*> Listen(const Descriptor& socket, const std::string& certificate,
                                     const std::string& key);
  // It takes no more connections.
  void Retire(MHD_Daemon* daemon);
  void StopIdle();
  // What can be told of a request before its body is read; null if the handler is to be asked.
  std::unique_ptr<HttpReply> AnswerAtOnce(const HttpRequest& request) const;
  std::unique_ptr<HttpReply> WhyStrange(const HttpRequest& request) const;
  HttpReply NotHere() const;
  // Ends with the server.
  void Keep(const std::shared_ptr<HttpStream>& stream);

  const Address address_;
  const HttpRoutes routes_;
  const HttpOptions options_;
  ConnectionWatch watch_;
  std::unique_ptr<HttpPool> pool_;      // null without a handler
  std::atomic<size_t> body_bytes_ = 0;  // of all requests that are not answered yet
  std::vector<Descriptor> sockets_;     // one for each address of the host
  std::vector<MHD_Daemon*> daemons_;    // of each socket
  std::vector<MHD_Daemon*> old_;        // with connections of before Renew
  std::mutex mutex_;
  bool closing_ = false;                            // guarded by mutex_
  std::vector<std::weak_ptr<HttpStream>> streams_;  // guarded by mutex_
};

}  // namespace paceline
