#include <set>

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

std::set<v1::Engine> Tiers(const v1::WorkerSummary& worker) {
  std::set<v1::Engine> tiers;
  for (const v1::TierFingerprint& own : worker.fingerprints()) tiers.insert(own.tier());
  return tiers;
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
          TierNames(Tiers(worker))};
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
                          "HEARD", "ENGINES"},
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
