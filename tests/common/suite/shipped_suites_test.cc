// What configs/suites promise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "common/config/config.h"
#include "common/suite/cases.h"
#include "common/suite/keys.h"
#include "common/suite/suite.h"
#include "common/task/sample.h"
#include "common/task/task_fault.h"

namespace paceline {
namespace {

constexpr uint32_t kDraws = 30;

// The task without what a draw leaves to each particle's episode, and its weight.
v1::Task Bare(v1::Task task) {
  const google::protobuf::Reflection& reflection = *task.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(task, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    google::protobuf::Message& own = *reflection.MutableMessage(&task, field);
    for (const char* name : {"activation", "init", "init_scale", "meta_loss"}) {
      if (const auto* inner = own.GetDescriptor()->FindFieldByName(name)) {
        own.GetReflection()->ClearField(&own, inner);
      }
    }
  }
  task.set_weight(1);
  return task;
}

std::set<std::string> DigestsOfTraining() {
  std::set<std::string> digests;
  for (const auto& entry : std::filesystem::directory_iterator("configs")) {
    if (!entry.is_regular_file()) continue;
    const auto config = LoadConfig(entry.path().string());
    EXPECT_TRUE(config.ok()) << config.status();
    for (const v1::Task& task : config->tasks()) {
      const uint32_t draws = task.has_sample() ? kDraws : 1;
      for (uint32_t draw = 0; draw < draws; ++draw) {
        digests.insert(ContentDigest(Bare(DrawTask(task, config->seed(), draw, 0))));
      }
    }
  }
  return digests;
}

TEST(ShippedSuites, VelodromeHasSixtyTasksThatNoShippedConfigTrainsOn) {
  const auto cases = CasesOf(*LoadSuite("configs/suites/suite-velodrome.yaml"));
  EXPECT_GE(cases.size(), 60u);
  const std::set<std::string> trained = DigestsOfTraining();
  EXPECT_GT(trained.size(), 500u);
  std::map<std::string, int> kinds;
  for (const v1::EvaluationCase& own : cases) {
    EXPECT_FALSE(trained.contains(ContentDigest(Bare(own.task())))) << own.title();
    ++kinds[KindOf(own.task())];
  }
  // Every kind of network and quadratics.
  EXPECT_EQ(kinds.size(), 11u);
}

TEST(ShippedSuites, StudiesMarkWhereTheQuickstartTrains) {
  const auto config = LoadConfig("configs/quickstart.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  const auto suite = LoadSuite("configs/suites/suite-studies.yaml");
  ASSERT_TRUE(suite.ok()) << suite.status();
  const std::string own = ContentDigest(Bare(config->tasks(0)));
  for (const v1::Study& study : suite->studies()) {
    if (study.trained().empty() || study.name() == "dropout") continue;
    EXPECT_EQ(ContentDigest(Bare(study.task())), own) << study.name();
  }
  std::set<std::string> axes;
  int outside = 0;
  for (const v1::EvaluationCase& one : CasesOf(*suite)) {
    axes.insert(one.study());
    outside += one.outside();
  }
  for (const char* axis : {"width", "depth", "horizon", "batch-size", "data", "resolution"}) {
    EXPECT_TRUE(axes.contains(axis)) << axis;
  }
  EXPECT_GT(outside, 20);
}

}  // namespace
}  // namespace paceline
