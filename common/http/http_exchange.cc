#include "common/http/http_exchange.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/http/http_text.h"
#include "common/rpc/socket.h"

namespace paceline {
namespace {

// Of all requests together.
constexpr size_t kMostBodyBytes = 16 << 20;
constexpr size_t kStreamBlock = 4096;

// What a page may do: nothing but what the server itself gives it.
constexpr std::pair<const char*, const char*> kHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Frame-Options", "DENY"},
    {"Cache-Control", "no-store"}};

MHD_Result AddField(void* fields, MHD_ValueKind, const char* name, const char* value) {
  static_cast<HttpFields*>(fields)->emplace(absl::AsciiStrToLower(name),
                                            value == nullptr ? "" : value);
  return MHD_YES;
}

int DescriptorOf(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == nullptr ? -1 : info->connect_fd;
}

// A stream and the connection that it goes to.
struct Outlet {
  std::shared_ptr<HttpStream> stream;
  MHD_Connection* connection;
};

ssize_t Pull(void* context, uint64_t, char* place, size_t room) {
  const auto& outlet = *static_cast<Outlet*>(context);
  bool over = false;
  const size_t taken = outlet.stream->Take(
      place, room, [&] { MHD_suspend_connection(outlet.connection); },
      [connection = outlet.connection] { MHD_resume_connection(connection); }, &over);
  return over ? MHD_CONTENT_READER_END_OF_STREAM : static_cast<ssize_t>(taken);
}

void Leave(void* context) {
  const std::unique_ptr<Outlet> outlet(static_cast<Outlet*>(context));
  outlet->stream->Leave();
}

MHD_Response* ResponseOf(MHD_Connection* connection, const HttpReply& reply) {
  if (reply.stream == nullptr) {
    return MHD_create_response_from_buffer(reply.body.size(), const_cast<char*>(reply.body.data()),
                                           MHD_RESPMEM_MUST_COPY);
  }
  auto outlet = std::make_unique<Outlet>(Outlet{reply.stream, connection});
  MHD_Response* response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kStreamBlock, &Pull,
                                                             outlet.get(), &Leave);
  if (response != nullptr) (void)outlet.release();
  return response;
}

void AddHeaders(MHD_Response* response, const HttpReply& reply) {
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply.content_type.c_str());
  for (const auto& [name, value] : reply.headers) {
    MHD_add_response_header(response, name.c_str(), value.c_str());
  }
  for (const auto& [name, value] : kHeaders) {
    if (MHD_get_response_header(response, name) == nullptr) {
      MHD_add_response_header(response, name, value);
    }
  }
}

}  // namespace

HttpExchange::~HttpExchange() { server_.body_bytes_ -= request_.body.size(); }

MHD_Result HttpExchange::Go(MHD_Connection* connection, const char* method, const char* part,
                            size_t* bytes) {
  if (state_ == State::kNew) return Begin(connection, method);
  if (*bytes > 0) return TakeBody(part, bytes);
  if (state_ == State::kReads) return Ask(connection);
  return Send(connection, std::move(reply_), false);
}

// An answer before any of a body is read ends the connection if there is one.
MHD_Result HttpExchange::Begin(MHD_Connection* connection, const char* method) {
  state_ = State::kReads;
  ReadHeaders(connection, method);
  if (absl::Status target = ParseTarget(target_, request_); !target.ok()) {
    return Send(connection, {.status = 400, .body = absl::StrCat(target.message(), "\n")}, true);
  }
  if (auto reply = server_.AnswerAtOnce(request_)) return Send(connection, *std::move(reply), true);
  if (request_.method == "POST" && server_.options_.most_body_bytes) {
    most_body_bytes_ = server_.options_.most_body_bytes(request_);
  }
  uint64_t length = 0;
  const std::string& said = request_.header("content-length");
  if (!said.empty() && (!absl::SimpleAtoi(said, &length) || length > most_body_bytes_)) {
    return Send(connection,
                {.status = 413,
                 .body = absl::StrCat("at most ", most_body_bytes_, " bytes may be sent here\n")},
                true);
  }
  return MHD_YES;
}

void HttpExchange::ReadHeaders(MHD_Connection* connection, const char* method) {
  request_.method = method;
  request_.peer = PeerOf(DescriptorOf(connection));
  request_.host = request_.peer.substr(0, request_.peer.rfind(':'));
  MHD_get_connection_values(connection, MHD_HEADER_KIND, &AddField, &request_.headers);
}

MHD_Result HttpExchange::TakeBody(const char* part, size_t* bytes) {
  const size_t size = std::exchange(*bytes, 0);
  if (request_.body.size() + size > most_body_bytes_) return MHD_NO;
  request_.body.append(part, size);
  return (server_.body_bytes_ += size) <= kMostBodyBytes ? MHD_YES : MHD_NO;
}

MHD_Result HttpExchange::Ask(MHD_Connection* connection) {
  state_ = State::kAsked;
  server_.watch_.Allow(DescriptorOf(connection), server_.options_.reply_patience);
  MHD_suspend_connection(connection);
  const bool posted = server_.pool_->Post([this, connection] {
    reply_ = server_.options_.handler(request_);
    MHD_resume_connection(connection);
  });
  if (posted) return MHD_YES;
  reply_ = {.status = 503,
            .body = "too many requests wait; ask again soon\n",
            .headers = {{"Retry-After", "1"}}};
  MHD_resume_connection(connection);
  return MHD_YES;
}

MHD_Result HttpExchange::Send(MHD_Connection* connection, HttpReply reply, bool close) {
  const bool streams = reply.stream != nullptr;
  MHD_Response* response = ResponseOf(connection, reply);
  if (response == nullptr) return MHD_NO;
  AddHeaders(response, reply);
  if (close) MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  const int descriptor = DescriptorOf(connection);
  if (streams) {
    server_.watch_.Forget(descriptor);
    server_.Keep(reply.stream);
  } else {
    server_.watch_.Allow(descriptor, server_.options_.reply_patience);
  }
  const MHD_Result queued =
      MHD_queue_response(connection, static_cast<unsigned>(reply.status), response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace paceline
