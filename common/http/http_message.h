// What is asked by HTTP, and what is answered.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/http/http_stream.h"

namespace paceline {

using HttpFields = std::map<std::string, std::string, std::less<>>;

struct HttpRequest {
  std::string method;
  std::string path;                        // as it was asked, without the query: "/jobs/a%20b"
  std::vector<std::string> segments = {};  // of the path, decoded: {"jobs", "a b"}
  HttpFields query = {};                   // decoded
  HttpFields headers = {};                 // by name in lower case; of a repeated one the first
  std::string body = {};
  std::string host = {};  // that asks, without a port
  std::string peer = {};  // "1.2.3.4:5678"

  // Empty if it lacks.
  const std::string& header(std::string_view name) const { return Find(headers, name); }
  const std::string& parameter(std::string_view name) const { return Find(query, name); }

 private:
  static const std::string& Find(const HttpFields& fields, std::string_view name) {
    static const std::string none;
    const auto field = fields.find(name);
    return field == fields.end() ? none : field->second;
  }
};

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  // Those of them that the server gives by itself take the place of its own.
  std::vector<std::pair<std::string, std::string>> headers = {};
  // If there is one, it is the body.
  std::shared_ptr<HttpStream> stream = {};
};

}  // namespace paceline
