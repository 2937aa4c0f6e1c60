#include "coordinator/job/membership.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/tier/tier.h"

namespace paceline {
std::string WorkerFingerprint(const v1::JobConfig& config, const Worker& worker) {
  const bool able = LackOf(NeedsOf(config), worker).empty();
  return able ? JobFingerprint(config, worker.fingerprints) : "";
}

void Membership::Open(const JobRow& job, const Footprint& footprint, const Roster& roster) {
  config_ = job.config;
  needs_ = NeedsOf(config_);
  footprint_ = footprint;
  pinned_ = ParsePinned(job.fingerprint);
  members_.clear();
  for (const auto& [id, worker] : roster.workers()) Add(worker);
}

void Membership::Close() {
  members_.clear();
  pinned_ = {};
}

void Membership::Add(const Worker& worker) {
  const uint64_t room =
      BlocksThatFit(footprint_, worker.memory_bytes, static_cast<int>(worker.threads));
  const std::string lacks = LackOf(needs_, worker);
  members_[worker.id] = {
      .engine = lacks.empty() ? JobFingerprint(config_, worker.fingerprints) : "",
      .data = std::nullopt,
      .threads = worker.threads,
      .memory_bytes = worker.memory_bytes,
      .room = static_cast<int64_t>(room),
      .lacks = lacks};
}

bool Membership::IsPinned(const Member& member) const {
  if (member.engine.empty() || member.engine != pinned_.engine) return false;
  return !member.data || pinned_.data.empty() || *member.data == pinned_.data;
}

bool Membership::IsPinned(WorkerId worker) const {
  const auto found = members_.find(worker);
  return found != members_.end() && IsPinned(found->second);
}

std::vector<Candidate> Membership::Candidates() const {
  std::vector<Candidate> candidates;
  for (const auto& [id, member] : members_) {
    if (IsPinned(member)) candidates.push_back({id, member.threads, member.room});
  }
  return candidates;
}

void Membership::TellData(WorkerId worker, const DataDigests& data) {
  Member& member = members_.at(worker);
  if (!member.data) member.data = data;
}

const std::optional<DataDigests>& Membership::DataOf(WorkerId worker) const {
  return members_.at(worker).data;
}

PinnedFingerprint Membership::FingerprintOf(const Member& member) const {
  return {.engine = member.engine, .data = member.data.value_or(DataDigests())};
}

std::optional<PinnedFingerprint> Membership::NewPin(
    const std::function<bool(WorkerId)>& is_good) const {
  const Member* first = nullptr;
  const Member* first_good = nullptr;
  bool any_pinned = false;
  for (const auto& [id, member] : members_) {
    if (member.engine.empty()) continue;
    const bool good = is_good(id);
    if (IsPinned(member)) {
      if (good) return std::nullopt;
      any_pinned = true;
      continue;
    }
    if (!first) first = &member;
    if (!first_good && good) first_good = &member;
  }
  if (first_good) return FingerprintOf(*first_good);
  if (any_pinned || !first) return std::nullopt;
  return FingerprintOf(*first);
}

int Membership::CountOthers() const {
  return static_cast<int>(std::ranges::count_if(
      members_, [this](const auto& entry) { return !IsPinned(entry.second); }));
}

std::string Membership::Mismatch(WorkerId worker) const {
  const std::string& lacks = members_.at(worker).lacks;
  if (!lacks.empty()) return absl::StrCat("it has not ", lacks);
  const std::string& own = members_.at(worker).engine;
  if (own.empty()) {
    return absl::StrCat("it cannot run all engines of the job (", TierNames(TiersOf(config_)), ")");
  }
  return absl::StrCat("its fingerprint is ", own, ", the job's is ", pinned_.ToText());
}

std::string Membership::Waiting(int64_t blocks, const Crew& crew) const {
  if (members_.empty()) return "waits for a worker";
  if (std::ranges::all_of(members_,
                          [](const auto& entry) { return !entry.second.lacks.empty(); })) {
    return absl::StrCat("waits for a worker that has ", members_.begin()->second.lacks, "; ",
                        members_.size(), " others are idle");
  }
  bool pinned = false;
  int64_t room = 0;
  absl::Status fits;
  for (const auto& [id, member] : members_) {
    if (!IsPinned(member)) continue;
    pinned = true;
    if (crew.GaveUpOn(id)) continue;
    room += member.room;
    if (member.room == 0 && fits.ok()) {
      fits = CheckFits(config_, member.memory_bytes, static_cast<int>(member.threads));
    }
    if (room >= blocks) return "";
  }
  if (room > 0) {
    return absl::StrCat("waits for a worker with more memory: those here hold ", room, " of the ",
                        blocks, " blocks");
  }
  if (!fits.ok()) {
    return absl::StrCat("waits for a worker with more memory: ", std::string(fits.message()));
  }
  if (pinned) return "waits for another worker: those that are here have failed (see the events)";
  if (pinned_.engine.empty()) {
    return absl::StrCat("waits for a worker that can run ", TierNames(TiersOf(config_)), "; ",
                        members_.size(), " others are idle");
  }
  return absl::StrCat("waits for a worker with the job's fingerprint ", pinned_.ToText(), "; ",
                      members_.size(), " others are idle");
}

}  // namespace paceline
