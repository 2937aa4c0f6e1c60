#include "coordinator/service/rpc_interceptor.h"

#include <chrono>
#include <optional>
#include <string>

namespace paceline {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::ServerRpcInfo;

// Lives as long as the call.
class CallMeter final : public grpc::experimental::Interceptor {
 public:
  CallMeter(RpcMeters& meters, const Clock& clock, const ServerRpcInfo& call)
      : meters_(meters),
        clock_(clock),
        method_(MethodLabel(call.method())),
        is_stream_(call.type() != ServerRpcInfo::Type::UNARY),
        began_(clock.Now()) {
    meters_.Begin(method_);
  }
  ~CallMeter() override {
    const std::chrono::duration<double> seconds = clock_.Now() - began_;
    meters_.End(method_, code_, is_stream_ ? std::nullopt : std::optional(seconds.count()));
  }

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      code_ = methods->GetSendStatus().error_code();
    }
    methods->Proceed();
  }

 private:
  RpcMeters& meters_;
  const Clock& clock_;
  const std::string method_;
  const bool is_stream_;
  const SteadyTime began_;
  int code_ = grpc::StatusCode::CANCELLED;  // of a call that ends without a word of ours
};

class CallMeters final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  CallMeters(RpcMeters& meters, const Clock& clock) : meters_(meters), clock_(clock) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(ServerRpcInfo* call) override {
    return new CallMeter(meters_, clock_, *call);
  }

 private:
  RpcMeters& meters_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> CountCalls(
    RpcMeters& meters, const Clock& clock) {
  return std::make_unique<CallMeters>(meters, clock);
}

}  // namespace paceline
