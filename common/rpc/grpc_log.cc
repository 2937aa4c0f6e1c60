#include "common/rpc/grpc_log.h"

#include <mutex>
#include <string_view>
#include <utility>

#include "grpc/support/log.h"

namespace paceline {
namespace {

// Before the reason, which ends where its details in braces begin.
constexpr std::string_view kFailed = "Security handshake failed: UNKNOWN:";
constexpr std::string_view kDetails = " {";
// A client that does not like our certificate says nothing of it.
constexpr std::string_view kHungUp = "Handshake read failed";
// What is not TLS at all has been told of by its first bytes.
constexpr std::string_view kNoTls[] = {"wrong version number", "http request"};

struct Listener {
  std::mutex mutex;
  std::function<void(const std::string&)> hear;  // guarded by mutex
};

// Never destroyed: gRPC's threads may still speak while the program ends.
Listener& TheListener() {
  static Listener& listener = *new Listener;
  return listener;
}

void Take(gpr_log_func_args* args) {
  const std::string_view message = args->message;
  const size_t at = message.find(kFailed);
  if (at == std::string_view::npos) return;
  std::string_view reason = message.substr(at + kFailed.size());
  reason = reason.substr(0, reason.find(kDetails));
  for (const std::string_view no_tls : kNoTls) {
    if (reason.find(no_tls) != std::string_view::npos) return;
  }
  if (reason == kHungUp) reason = "the other side hung up";
  Listener& listener = TheListener();
  std::lock_guard lock(listener.mutex);
  if (listener.hear) listener.hear(std::string(reason));
}

}  // namespace

void HearFailedHandshakes(std::function<void(const std::string& reason)> hear) {
  Listener& listener = TheListener();
  std::lock_guard lock(listener.mutex);
  listener.hear = std::move(hear);
  gpr_set_log_function(&Take);
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_DEBUG);
}

}  // namespace paceline
