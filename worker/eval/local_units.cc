#include "worker/eval/local_units.h"

#include <utility>

#include "worker/data/digests.h"
#include "worker/eval/unit_runner.h"

namespace paceline {
namespace {

class Units : public UnitEngine {
 public:
  explicit Units(std::shared_ptr<DataStore> data) : data_(std::move(data)), shelf_(*data_) {}

  absl::StatusOr<std::vector<v1::DataSetDigest>> Data(
      const v1::EvaluationAnnouncement& announcement) override {
    v1::JobConfig tasks;
    *tasks.mutable_tasks() = announcement.tasks();
    const auto digests = DataDigests(tasks, *data_);
    if (!digests.ok()) return digests.status();
    std::vector<v1::DataSetDigest> sets;
    for (const DataDigest& own : *digests) {
      sets.emplace_back().set_name(own.name);
      sets.back().set_digest(own.digest);
    }
    return sets;
  }

  absl::StatusOr<v1::UnitOutcome> Run(const v1::EvaluationUnit& unit, std::span<const float> theta,
                                      const std::function<bool()>& stopping) override {
    const auto task = shelf_.Get(unit.task());
    if (!task.ok()) return task.status();
    return RunUnit(unit, theta, **task, stopping);
  }

 private:
  const std::shared_ptr<DataStore> data_;
  TaskShelf shelf_;
};

}  // namespace

std::shared_ptr<UnitEngine> LocalUnits(std::shared_ptr<DataStore> data) {
  return std::make_shared<Units>(std::move(data));
}

}  // namespace paceline
