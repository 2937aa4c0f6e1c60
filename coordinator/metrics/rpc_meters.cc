#include "coordinator/metrics/rpc_meters.h"

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace paceline {
namespace {

constexpr std::string_view kOurs = "/paceline.v1.";
constexpr std::array<std::string_view, 4> kOfGrpc = {
    "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"};

bool IsOurs(std::string_view path) {
  std::string name(path.substr(1));
  std::ranges::replace(name, '/', '.');
  const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  return path.starts_with(kOurs) && method != nullptr &&
         path == absl::StrCat("/", method->service()->full_name(), "/", method->name());
}

}  // namespace

std::string MethodLabel(std::string_view path) {
  const bool known = std::ranges::find(kOfGrpc, path) != kOfGrpc.end();
  if (!path.starts_with('/') || (!known && !IsOurs(path))) return "other";
  const size_t slash = path.rfind('/');
  return std::string(path.substr(path.rfind('.', slash) + 1));
}

void RpcMeters::Begin(const std::string& method) {
  std::lock_guard lock(mutex_);
  ++methods_[method].in_flight;
}

void RpcMeters::End(const std::string& method, int code, std::optional<double> seconds) {
  std::lock_guard lock(mutex_);
  Method& own = methods_[method];
  --own.in_flight;
  ++own.ended[code];
  if (seconds) own.seconds.Add(*seconds);
}

void RpcMeters::Tell(Families& families) const {
  std::lock_guard lock(mutex_);
  for (const auto& [name, own] : methods_) {
    families.Gauge("paceline_rpcs_in_flight", "Calls under way, by method.",
                   static_cast<double>(own.in_flight), {{"method", name}});
    for (const auto& [code, count] : own.ended) {
      families.Counter("paceline_rpcs_total", "Calls that have ended, by method and status.",
                       static_cast<double>(count),
                       {{"method", name},
                        {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}});
    }
    if (own.seconds.count() == 0) continue;
    families.Histogram("paceline_rpc_duration_seconds",
                       "How long calls took that are no streams, by method.", own.seconds,
                       {{"method", name}});
  }
}

}  // namespace paceline
