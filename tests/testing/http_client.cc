#include "tests/testing/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

namespace paceline {
namespace {

constexpr int kSilenceMs = 20'000;

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

sockaddr_in LoopbackOf(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

std::string Unchunked(std::string_view text) {
  std::string body;
  while (!text.empty()) {
    const size_t line = text.find("\r\n");
    const size_t size = std::strtoul(std::string(text.substr(0, line)).c_str(), nullptr, 16);
    if (line == text.npos || size == 0 || line + 2 + size > text.size()) break;
    body += text.substr(line + 2, size);
    text.remove_prefix(std::min(line + 2 + size + 2, text.size()));
  }
  return body;
}

}  // namespace

HttpAnswer ParseAnswer(const std::string& text) {
  HttpAnswer answer;
  const size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.") || end == std::string::npos) return answer;
  answer.status = std::atoi(text.c_str() + 9);
  for (size_t at = text.find("\r\n") + 2; at < end;) {
    const size_t next = text.find("\r\n", at), colon = text.find(':', at);
    const size_t value = text.find_first_not_of(' ', colon + 1);
    answer.headers[Lower(text.substr(at, colon - at))] = text.substr(value, next - value);
    at = next + 2;
  }
  answer.body = text.substr(end + 4);
  if (answer.headers["transfer-encoding"] == "chunked") answer.body = Unchunked(answer.body);
  return answer;
}

Descriptor Connect(const Address& server, const std::string& from) {
  Descriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!from.empty()) {
    const sockaddr_in own = LoopbackOf(from, 0);
    EXPECT_EQ(bind(connection.get(), reinterpret_cast<const sockaddr*>(&own), sizeof(own)), 0);
  }
  const sockaddr_in address = LoopbackOf(server.host, server.port);
  const int connected =
      connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  return connected == 0 ? std::move(connection) : Descriptor();
}

void Tell(const Descriptor& connection, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<size_t>(sent));
  }
}

std::string HearUntil(const Descriptor& connection, std::string_view text) {
  std::string heard;
  char part[16 << 10];
  pollfd ready{.fd = connection.get(), .events = POLLIN, .revents = 0};
  while ((text.empty() || heard.find(text) == std::string::npos) &&
         poll(&ready, 1, kSilenceMs) > 0) {
    const ssize_t got = recv(connection.get(), part, sizeof(part), 0);
    if (got <= 0) break;
    heard.append(part, static_cast<size_t>(got));
  }
  return heard;
}

std::string HearAll(const Descriptor& connection) { return HearUntil(connection, ""); }

std::string QuestionText(const HttpQuestion& question) {
  std::string text = question.method + " " + question.target + " HTTP/1.1\r\n";
  bool has_host = false;
  for (const std::string& header : question.headers) {
    has_host = has_host || Lower(header).starts_with("host:");
    text += header + "\r\n";
  }
  if (!has_host) text += "Host: localhost\r\n";
  if (!question.body.empty()) {
    text += "Content-Length: " + std::to_string(question.body.size()) + "\r\n";
  }
  return text + "Connection: close\r\n\r\n" + question.body;
}

HttpAnswer Ask(const Address& server, const HttpQuestion& question) {
  const Descriptor connection = Connect(server);
  Tell(connection, QuestionText(question));
  return ParseAnswer(HearAll(connection));
}

}  // namespace paceline
