#include "common/rpc/grpc_log.h"

#include <string_view>
#include <utility>

#include "grpc/support/log.h"

#include "common/rpc/reason_listener.h"

namespace paceline {
namespace {

// Before the reason, which ends where its details in braces begin.
constexpr std::string_view kFailed = "Security handshake failed: UNKNOWN:";
constexpr std::string_view kDetails = " {";
// A client that does not like our certificate says nothing of it.
constexpr std::string_view kHungUp = "Handshake read failed";
// What is not TLS at all has been told of by its first bytes, and of certificates tls_rules.h tells
// more.
constexpr std::string_view kToldElsewhere[] = {"wrong version number", "http request",
                                               "certificate verify failed"};

// OpenSSL's words, and ours.
struct Translation {
  std::string_view theirs, ours;
};
constexpr Translation kTranslations[] = {
    {"peer did not return a certificate", "the other side showed no certificate"},
    {"alert unknown ca",
     "the other side refused this side's certificate: its --tls-ca names "
     "another authority"},
    {"alert certificate expired", "the other side refused this side's certificate: it has expired"},
    {"alert bad certificate",
     "the other side refused this side's certificate: it is for other hosts, or does not hold now"},
    {kHungUp, "the other side hung up, as one does that refuses this side's certificate"}};

// Never destroyed: gRPC's threads may still speak while the program ends.
ReasonListener& TheListener() {
  static ReasonListener& listener = *new ReasonListener;
  return listener;
}

void Take(gpr_log_func_args* args) {
  const std::string_view message = args->message;
  const size_t at = message.find(kFailed);
  if (at == std::string_view::npos) return;
  std::string_view reason = message.substr(at + kFailed.size());
  reason = reason.substr(0, reason.find(kDetails));
  for (const std::string_view told : kToldElsewhere) {
    if (reason.find(told) != std::string_view::npos) return;
  }
  for (const auto& [theirs, ours] : kTranslations) {
    if (reason.find(theirs) != std::string_view::npos) reason = ours;
  }
  TheListener().Tell(std::string(reason));
}

}  // namespace

void HearFailedHandshakes(std::function<void(const std::string& reason)> hear) {
  TheListener().Set(std::move(hear));
  gpr_set_log_function(&Take);
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_DEBUG);
}

}  // namespace paceline
