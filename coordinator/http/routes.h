// Where the pages of the HTTP API are, and who may see them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/http/pages.h"

namespace paceline {

struct Route {
  std::string_view method;  // "GET", which HEAD goes by too, or "POST"
  std::string_view path;    // NAME stands for any one segment
  Page page;
  // What a reader is let through by: the method of gRPC that tells the same. Empty: by nothing, or
  // the page itself asks.
  std::string_view right = {};
  // It needs neither the coordinator nor, for a POST, an identity.
  bool bare = false;
  size_t most_body_bytes = 0;
};

std::span<const Route> Routes();

struct FoundRoute {
  const Route* route = nullptr;
  std::string name = {};          // what stands for NAME
  std::string_view allowed = {};  // where there is none of that method: the one that there is
};
FoundRoute FindRoute(const HttpRequest& request);

}  // namespace paceline
