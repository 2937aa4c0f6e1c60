#include <chrono>

#include "common/rpc/channel.h"
#include "coordinator/bench/sections.h"
#include "fmt/format.h"
#include "grpcpp/grpcpp.h"
#include "nlohmann/json.hpp"
#include "paceline/v1/worker.grpc.pb.h"

namespace paceline {
namespace {

using Clock = std::chrono::steady_clock;

// Answers each result at once with as many bytes of θ as the worker's hello asked for: a window's
// answer and the next step's θ without what lies between them.
class EchoService final : public v1::WorkerService::Service {
 public:
  grpc::Status Work(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::CoordinatorMessage, v1::WorkerMessage>* stream) override {
    v1::WorkerMessage said;
    v1::CoordinatorMessage answer;
    if (!stream->Read(&said)) return grpc::Status::OK;
    answer.mutable_theta()->set_values(std::string(said.hello().threads(), 'x'));
    while (stream->Read(&said)) stream->Write(answer);
    return grpc::Status::OK;
  }
};

v1::WorkerMessage Result() {
  v1::WorkerMessage message;
  v1::WindowResult& result = *message.mutable_result();
  result.set_job("bench");
  for (int i = 0; i < 8; ++i) {
    v1::ParticleResult& particle = *result.add_particles();
    particle.set_sum_plus(51.5);
    particle.set_sum_minus(52.5);
    particle.set_trained_steps(50);
  }
  return message;
}

// Microseconds from a result to its answer; negative if the stream broke.
double RoundTrip(v1::WorkerService::Stub& stub, uint32_t theta_bytes, int rounds) {
  grpc::ClientContext context;
  const auto stream = stub.Work(&context);
  v1::WorkerMessage hello;
  hello.mutable_hello()->set_threads(theta_bytes);
  if (!stream->Write(hello)) return -1;
  const v1::WorkerMessage result = Result();
  v1::CoordinatorMessage answer;
  Clock::time_point begin;
  constexpr int kWarm = 100;
  for (int i = -kWarm; i < rounds; ++i) {
    if (i == 0) begin = Clock::now();
    if (!stream->Write(result) || !stream->Read(&answer)) return -1;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  stream->WritesDone();
  stream->Finish();
  return 1e6 * seconds / rounds;
}

}  // namespace

absl::Status RunRpcSection(const TakeRow& take) {
  EchoService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (!server) return absl::UnavailableError("cannot listen on 127.0.0.1");
  auto channel = OpenChannel(fmt::format("127.0.0.1:{}", port), {});
  if (!channel.ok()) return channel.status();
  const auto stub = v1::WorkerService::NewStub(*channel);
  for (const uint32_t bytes : {0u, 800u, 9636u}) {
    const double microseconds = RoundTrip(*stub, bytes, 3000);
    if (microseconds < 0) return absl::InternalError("the loopback stream broke");
    take({{"section", "rpc"},
          {"name", fmt::format("a block's result up, {} bytes down", bytes)},
          {"threads", 1},
          {"value", microseconds},
          {"unit", "us"}});
  }
  return absl::OkStatus();
}

}  // namespace paceline
