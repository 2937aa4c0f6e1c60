#include "coordinator/http/static_files.h"

#include <zlib.h>

#include <algorithm>
#include <string_view>

#include "common/http/http_text.h"
#include "coordinator/dashboard/files.h"

namespace paceline {
namespace {

std::string_view TypeOf(std::string_view path) {
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  return "text/html; charset=utf-8";
}

std::string Unpacked(const EmbeddedFile& file) {
  std::string bytes(file.bytes, '\0');
  z_stream stream{};
  constexpr int kGzip = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kGzip) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file.gzip.data()));
  stream.avail_in = static_cast<uInt>(file.gzip.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return bytes;
}

}  // namespace

std::optional<HttpReply> FileReply(const HttpRequest& request) {
  const auto files = DashboardFiles();
  const auto file = std::ranges::find(files, request.path, &EmbeddedFile::path);
  if (file == files.end()) return std::nullopt;
  HttpReply reply{.content_type = std::string(TypeOf(file->path)),
                  .headers = {{"Cache-Control", "no-cache"},
                              {"ETag", std::string(file->etag)},
                              {"Vary", "Accept-Encoding"}}};
  if (request.header("if-none-match") == file->etag) {
    reply.status = 304;
  } else if (TakesGzip(request.header("accept-encoding"))) {
    reply.headers.emplace_back("Content-Encoding", "gzip");
    reply.body = file->gzip;
  } else {
    reply.body = Unpacked(*file);
  }
  return reply;
}

}  // namespace paceline
