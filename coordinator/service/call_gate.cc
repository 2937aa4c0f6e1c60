#include "coordinator/service/call_gate.h"

#include <grpc/grpc_security_constants.h>

#include <utility>

#include "common/rpc/status.h"
#include "coordinator/access/access_refusal.h"
#include "coordinator/access/rules.h"
#include "fmt/format.h"

namespace paceline {
namespace {

std::string_view ViewOf(const grpc::string_ref& text) { return {text.data(), text.size()}; }

std::string_view TokenOf(const grpc::ServerContextBase& context) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return {};
  return BearerToken(ViewOf(found->second));
}

// Whose refusals are counted where no identity was shown that is good.
Caller Nobody() { return {.name = "nobody", .shown_by = "nothing"}; }

}  // namespace

absl::Status CallGate::Look(const CallFacts& facts) const {
  const std::string_view method = MethodOfPath(facts.path);
  const MethodRule* rule = FindRule(method);
  if (rule == nullptr) {
    return absl::UnimplementedError(fmt::format("nobody may ask for {}: it has no rule", method));
  }
  if (rule->access == Access::kAnybody) return absl::OkStatus();
  const auto caller = CallerOf(facts.certificate, facts.token);
  const absl::Status status = caller.ok() ? gate_->CheckRole(*caller, method) : caller.status();
  if (!status.ok()) gate_->TellRefused(caller.value_or(Nobody()), {.method = method}, status);
  return status;
}

absl::StatusOr<Caller> CallGate::CallerOf(const grpc::ServerContextBase& context) const {
  if (!tls_) return LocalCaller();
  const auto shown = context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  return CallerOf(shown.empty() ? std::string_view() : ViewOf(shown.front()), TokenOf(context));
}

absl::StatusOr<Caller> CallGate::CallerOf(std::string_view certificate,
                                          std::string_view token) const {
  if (!token.empty()) return gate_->OfToken(token);
  if (!certificate.empty()) return gate_->OfCertificate(certificate);
  return Unauthenticated(
      AccessRefusal::kNothingShown,
      "the call shows neither a client certificate nor a token: give --tls-cert and --tls-key, or "
      "--token-file");
}

absl::Status CallGate::StillGood(const Caller& caller) const {
  return gate_ == nullptr ? absl::OkStatus() : gate_->StillGood(caller);
}

grpc::Status CallGate::Run(const grpc::ServerContext& context, Gate::Request request,
                           const Action& action) const {
  const auto caller = CallerOf(context);
  if (!caller.ok()) return ToGrpc(caller.status());
  if (gate_ == nullptr) return ToGrpc(action(*caller));
  request.peer = context.peer();
  return ToGrpc(gate_->Run(*caller, request, [&] { return action(*caller); }));
}

grpc::Status CallGate::RunStream(const grpc::ServerContext& context, Gate::Request request,
                                 const StreamAction& action) const {
  return Run(context, std::move(request), [&](const Caller& caller) {
    const Over over = [&] { return context.IsCancelled() || !StillGood(caller).ok(); };
    absl::Status status = action(over);
    absl::Status identity = StillGood(caller);
    return identity.ok() ? status : identity;
  });
}

}  // namespace paceline
