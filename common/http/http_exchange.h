// One request and its reply, as libmicrohttpd sees them.
#pragma once

#include <microhttpd.h>

#include <string>

#include "absl/status/status.h"
#include "common/http/http_server.h"

namespace paceline {

// Used by one thread at a time: the daemon's, or while the connection is suspended the pool's.
class HttpExchange {
 public:
  HttpExchange(HttpServer& server, std::string target)
      : server_(server), target_(std::move(target)) {}
  ~HttpExchange();

  // As MHD_AccessHandlerCallback.
  MHD_Result Go(MHD_Connection* connection, const char* method, const char* part, size_t* bytes);

 private:
  MHD_Result Begin(MHD_Connection* connection, const char* method);
  void ReadHeaders(MHD_Connection* connection, const char* method);
  // Why the handler is not asked; OK if it is.
  MHD_Result TakeBody(const char* part, size_t* bytes);
  MHD_Result Ask(MHD_Connection* connection);
  MHD_Result Send(MHD_Connection* connection, HttpReply reply, bool close);

  enum class State { kNew, kReads, kAsked };

  HttpServer& server_;
  const std::string target_;
  State state_ = State::kNew;
  HttpRequest request_;
  size_t most_body_bytes_ = 0;
  HttpReply reply_;
};

}  // namespace paceline
