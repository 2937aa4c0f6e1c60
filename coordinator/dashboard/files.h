// The dashboard's files, which are part of the program (cmake/Embed.cmake).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace paceline {

struct EmbeddedFile {
  std::string_view path;  // "/app.js"; "/" is the page
  std::string_view etag;  // of its content, in quotes
  size_t bytes = 0;
  std::string_view gzip;
};

std::span<const EmbeddedFile> DashboardFiles();

}  // namespace paceline
