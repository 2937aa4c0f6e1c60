#include <set>

#include "common/footprint/machine_memory.h"
#include "common/text/printable.h"
#include "common/text/table.h"
#include "common/tier/tier.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/view/job_json.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

constexpr std::string_view kProgram = "paceline-worker ";

std::set<v1::Engine> Tiers(const v1::WorkerSummary& worker) {
  std::set<v1::Engine> tiers;
  for (const v1::TierFingerprint& own : worker.fingerprints()) tiers.insert(own.tier());
  return tiers;
}

// What it has of what it may use: "1.2 GB of 16 GB".
std::string MemoryText(const v1::WorkerSummary& worker) {
  const std::string has = worker.resident_bytes() == 0 ? "?" : BytesText(worker.resident_bytes());
  return worker.memory_bytes() == 0
             ? has
             : fmt::format("{} of {}", has, BytesText(worker.memory_bytes()));
}

// Without the program's name, which all have.
std::string VersionOf(const v1::WorkerSummary& worker) {
  const std::string& version = worker.version();
  return Printable(version.substr(version.starts_with(kProgram) ? kProgram.size() : 0));
}

std::vector<std::string> Row(const v1::WorkerSummary& worker) {
  return {fmt::format("{}", worker.worker_id()),
          Printable(worker.name()),
          Printable(worker.peer()),
          fmt::format("{}", worker.threads()),
          fmt::format("{}", worker.blocks()),
          fmt::format("{}", worker.units()),
          CountText(worker.inner_steps_per_second()),
          fmt::format("{:.1f} s ago", worker.seconds_since_heard()),
          TierNames(Tiers(worker)),
          Printable(worker.device()),
          MemoryText(worker),
          VersionOf(worker)};
}

absl::StatusOr<ExitStatus> Workers(const Context& context) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ListWorkersReply> reply = (*client)->ListWorkers();
  if (!reply.ok()) return reply.status();
  auto json = nlohmann::ordered_json::array();
  std::vector<std::vector<std::string>> rows;
  for (const v1::WorkerSummary& worker : reply->workers()) {
    json.push_back(WorkerJson(worker));
    rows.push_back(Row(worker));
  }
  Answer(context, json,
         rows.empty()
             ? fmt::format("no workers; start one with: paceline-worker --coordinator {}\n",
                           context.connection.coordinator)
             : TableText({"ID", "NAME", "PEER", "THREADS", "BLOCKS", "UNITS", "INNER STEPS/S",
                          "HEARD", "ENGINES", "DEVICE", "MEMORY", "VERSION"},
                         rows));
  return kExitOk;
}

}  // namespace

void AddWorkers(Command& app, Context& context) {
  Command& command = AddCommand(app, context, "workers", "All workers of the coordinator",
                                [&context] { return Workers(context); });
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
