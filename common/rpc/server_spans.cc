#include "common/rpc/server_spans.h"

#include <optional>
#include <string_view>

namespace paceline {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

constexpr std::string_view kOurs = "/paceline.";
// Its calls have no thread of their own.
constexpr std::string_view kWorkers = "WorkerService/";
constexpr std::string_view kWork = "WorkerService/Work";

TraceContext ParentOf(InterceptorBatchMethods& methods) {
  const auto* metadata = methods.GetRecvInitialMetadata();
  if (metadata == nullptr) return {};
  const auto found = metadata->find(kTraceparent);
  if (found == metadata->end()) return {};
  // As the standard has it, one that is none begins a new trace.
  return ParseTraceparent({found->second.data(), found->second.size()}).value_or(TraceContext());
}

class Interceptor final : public grpc::experimental::Interceptor {
 public:
  Interceptor(Tracer& tracer, std::string_view method) : tracer_(tracer), method_(method) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      Begin(ParentOf(*methods));
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      End(methods->GetSendStatus());
    }
    methods->Proceed();
  }

 private:
  void Begin(const TraceContext& parent) {
    span_ = tracer_.Start(method_.substr(1), parent, SpanKind::kServer);
    span_.Set("rpc.system", "grpc");
    if (method_.find(kWorkers) == method_.npos) scope_.emplace(span_.context());
  }

  void End(const grpc::Status& status) {
    scope_.reset();
    span_.Set("rpc.grpc.status_code", static_cast<int64_t>(status.error_code()));
    if (!status.ok()) span_.Fail(absl::UnknownError(status.error_message()));
    span_.End();
  }

  Tracer& tracer_;
  const std::string_view method_;  // "/paceline.v1.JobService/Submit"
  Span span_;
  std::optional<ScopedTrace> scope_;
};

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Factory(Tracer& tracer) : tracer_(tracer) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    const std::string_view method = info->method();
    if (!method.starts_with(kOurs) || method.ends_with(kWork)) return nullptr;
    return new Interceptor(tracer_, method);
  }

 private:
  Tracer& tracer_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> SpansOfCalls(
    Tracer& tracer) {
  return std::make_unique<Factory>(tracer);
}

}  // namespace paceline
