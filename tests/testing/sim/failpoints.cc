#include "tests/testing/sim/failpoints.h"

#include "absl/strings/str_split.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr char kRequired[] = R"(
client asks again
client pauses a job
coordinator closes a connection
coordinator died committed, not shown
coordinator dies while it sends
coordinator dies while it starts
coordinator ends as it cannot store
coordinator killed between calls
coordinator loses power
coordinator stalls
coordinator stopped
coordinator waits for room
event: blocks go to others
event: is late
event: no room on the disk
event: quarantined
event: the log is given up
failed sync anchor
failed sync database
failed sync folder
failed sync journal
failed sync wal
full create
full write database
full write history
full write log
full write wal
killed after create anchor
killed after create events
killed after create folder
killed after create journal
killed after create temporary
killed after cut database
killed after cut wal
killed after rename checkpoint
killed after sync anchor
killed after sync database
killed after sync folder
killed after sync journal
killed after sync temporary
killed after sync wal
killed after write anchor
killed after write database
killed after write events
killed after write journal
killed after write log
killed after write temporary
killed after write wal
killed before create anchor
killed before create events
killed before create folder
killed before create log
killed before create temporary
killed before cut database
killed before cut wal
killed before rename checkpoint
killed before sync anchor
killed before sync database
killed before sync folder
killed before sync temporary
killed before sync wal
killed before write anchor
killed before write database
killed before write events
killed before write history
killed before write journal
killed before write log
killed before write temporary
killed before write wal
lie: a false failure
lie: a future step
lie: a number that is none
lie: a sum out of range
lie: an old epoch
lie: another θ
lie: another's block
lie: no such block
lie: particles
lie: trained steps
lost name of anchor
lost name of checkpoint
lost name of database
lost name of events
lost name of history
lost name of journal
lost name of other
lost name of temporary
lost removal
lost writes of anchor
lost writes of database
lost writes of events
lost writes of history
lost writes of journal
lost writes of log
lost writes of temporary
lost writes of wal
network delay
network half-open
network no connection
network partition
network partition downwards
network partition upwards
network reordered
network reset
refused false_failure
refused future_step
refused late
refused no_lease
refused no_such_block
refused not_allowed
refused not_finite
refused old_epoch
refused other_theta
refused out_of_range
refused particles
refused trained_steps
torn write anchor
torn write database
torn write events
torn write history
torn write journal
torn write log
torn write temporary
torn write wal
worker asks for a θ that is gone
worker catches up with a block
worker comes back with its blocks
worker dies
worker dies without a word
worker gives a silent connection up
worker hangs
worker is stopped and goes on
worker joins
worker leaves
worker makes a block anew
worker says something twice
)";

}  // namespace

const std::vector<std::string>& Failpoints::Required() {
  static const std::vector<std::string> names = absl::StrSplit(kRequired, '\n', absl::SkipEmpty());
  return names;
}

void Failpoints::Reach(std::string_view name) {
  const auto found = counts_.find(name);
  if (found != counts_.end()) {
    ++found->second;
  } else {
    counts_.emplace(name, 1);
  }
}

void Failpoints::Reach(std::string_view kind, std::string_view what) {
  std::string name(kind);
  name += ' ';
  name += what;
  Reach(name);
}

void Failpoints::Add(const Failpoints& other) {
  for (const auto& [name, count] : other.counts_) counts_[name] += count;
}

std::vector<std::string> Failpoints::Missing() const {
  std::vector<std::string> missing;
  for (const std::string& name : Required()) {
    if (!counts_.contains(name)) missing.push_back(name);
  }
  return missing;
}

std::string Failpoints::ToText() const {
  std::string text;
  for (const auto& [name, count] : counts_) text += fmt::format("{:>9}  {}\n", count, name);
  return text;
}

}  // namespace paceline
