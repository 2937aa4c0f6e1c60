#include <memory>

#include "common/base/clock.h"
#include "common/program/version.h"
#include "common/rpc/address.h"
#include "common/rpc/first_words.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/doctor/certificate_checks.h"
#include "coordinator/cli/doctor/cluster_checks.h"
#include "coordinator/cli/doctor/machine_checks.h"
#include "coordinator/cli/doctor/program_checks.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct DoctorOptions {
  std::string data;
  std::string http;
};

std::optional<int64_t> TimeThere(const std::string& http) {
  const auto address = ParseAddress(http);
  if (http.empty() || !address.ok()) return std::nullopt;
  const auto answer = FirstWords(
      *address, fmt::format("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                            address->ToString()));
  return answer.ok() ? TimeOfHttpAnswer(*answer) : std::nullopt;
}

// By which the coordinator is to be reached, if somebody has said.
std::string HostOf(const Connection& connection) {
  if (connection.coordinator == kDefaultCoordinator) return "";
  const auto address = ParseAddress(connection.coordinator);
  return address.ok() ? address->host : "";
}

std::vector<Finding> LookAtMachine(const Context& context, const DoctorOptions& options) {
  const std::string& programs = context.environment.program_folder;
  const std::string folder = options.data.empty() ? "." : options.data;
  std::vector<Finding> findings = CheckPrograms(
      VersionText("paceline"),
      {ProgramIn(programs, "paceline-coordinator"), ProgramIn(programs, "paceline-worker")});
  findings.push_back(CheckDisk(folder, DiskOf(folder)));
  if (!options.data.empty()) {
    findings.push_back(CheckStore(options.data, StoreFormatIn(options.data)));
  }
  findings.push_back(CheckDescriptors(DescriptorsOfProcess()));
  findings.push_back(CheckMemory(MemoryOfMachine()));
  findings.push_back(CheckGpu(GpuOfMachine(programs)));
  return findings;
}

void LookAtCluster(const Context& context, const DoctorOptions& options,
                   std::vector<Finding>& findings) {
  const Connection& connection = context.connection;
  findings.push_back(CheckClock(TimeThere(options.http), Clock::Real().UnixMillis()));
  if (IsCoordinators(connection.tls.cert)) {
    findings.push_back({.verdict = Verdict::kWarn,
                        .subject = "coordinator",
                        .what = "not asked: a coordinator's certificate is no client's",
                        .to_do = "give a person's or a worker's to see whether it answers"});
    return;
  }
  const bool chosen = connection.coordinator != kDefaultCoordinator || connection.tls.any();
  const auto client = JobClient::Open(connection);
  const auto workers = client.ok() ? (*client)->ListWorkers() : client.status();
  findings.push_back(CheckCoordinator(connection.coordinator, workers.status(), chosen));
  if (workers.ok()) {
    const std::string version = VersionText("paceline-worker");
    findings.push_back(CheckWorkers(*workers, version.substr(0, version.find('\n'))));
  }
}

absl::StatusOr<ExitStatus> Doctor(const Context& context, const DoctorOptions& options) {
  if (const auto http = ParseAddress(options.http); !options.http.empty() && !http.ok()) {
    return http.status();
  }
  std::vector<Finding> findings = LookAtMachine(context, options);
  for (Finding& one : CheckCertificates(context.connection.tls, HostOf(context.connection),
                                        Clock::Real().UnixMillis())) {
    findings.push_back(std::move(one));
  }
  LookAtCluster(context, options, findings);
  Answer(context, FindingsJson(findings), FindingsText(findings));
  return AnyBad(findings) ? kExitFailed : kExitOk;
}

}  // namespace

void AddDoctor(Command& app, Context& context) {
  auto options = std::make_shared<DoctorOptions>();
  Command& command =
      AddCommand(app, context, "doctor",
                 "Examine this machine and what it reaches: what is wrong, and what to do",
                 [&context, options] { return Doctor(context, *options); });
  command.AddOption("--data", options->data, "The coordinator's data folder, if it is here")
      .TypeName("DIR");
  command
      .AddOption("--http", options->http,
                 "Where the coordinator answers HTTP, to compare the clocks")
      .TypeName("HOST:PORT");
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
