#include "common/rpc/grpc_log.h"

#include <mutex>
#include <string_view>
#include <utility>

#include "grpc/support/log.h"

namespace paceline {
namespace {

constexpr std::string_view kFailed = "Handshake failed with fatal error ";

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
  Listener& listener = TheListener();
  std::lock_guard lock(listener.mutex);
  if (listener.hear) listener.hear(std::string(message.substr(at + kFailed.size())));
}

}  // namespace

void HearFailedHandshakes(std::function<void(const std::string& reason)> hear) {
  Listener& listener = TheListener();
  std::lock_guard lock(listener.mutex);
  listener.hear = std::move(hear);
  gpr_set_log_function(&Take);
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_INFO);
}

}  // namespace paceline
