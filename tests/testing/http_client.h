// What a test says by HTTP, and what it hears.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/descriptor.h"
#include "common/rpc/address.h"

namespace paceline {

struct HttpAnswer {
  int status = 0;                              // 0: the other side has closed without one
  std::map<std::string, std::string> headers;  // by name in lower case
  std::string body;
};
HttpAnswer ParseAnswer(const std::string& text);

// A connection of its own, from the address `from` of this machine if one is given.
Descriptor Connect(const Address& server, const std::string& from = "");
// All that comes until the other side closes, or for some seconds says nothing.
std::string HearAll(const Descriptor& connection);
// The same until `text` has come.
std::string HearUntil(const Descriptor& connection, std::string_view text);
void Tell(const Descriptor& connection, std::string_view text);

struct HttpQuestion {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::string> headers = {};  // "Name: value"; a Host is added where there is none
  std::string body = {};
};
// On a connection of its own.
HttpAnswer Ask(const Address& server, const HttpQuestion& question);
std::string QuestionText(const HttpQuestion& question);

}  // namespace paceline
