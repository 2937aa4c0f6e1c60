#include "coordinator/access/rules.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "gtest/gtest.h"
#include "paceline/v1/access.pb.h"
#include "paceline/v1/evaluation_service.pb.h"
#include "paceline/v1/job.pb.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {
namespace {

void AddMethods(const google::protobuf::FileDescriptor& file, std::set<std::string>& methods) {
  for (int i = 0; i < file.service_count(); ++i) {
    const auto* service = file.service(i);
    for (int j = 0; j < service->method_count(); ++j) {
      methods.emplace(
          MethodOfPath(absl::StrCat("/", service->full_name(), "/", service->method(j)->name())));
    }
  }
}

// Of the services of this build; those of a running coordinator: server_access_test.cc.
std::set<std::string> AllMethods() {
  std::set<std::string> methods;
  for (const auto* of : {v1::WhoAmIRequest::descriptor(), v1::EvaluationRequest::descriptor(),
                         v1::JobRequest::descriptor(), v1::FetchThetaRequest::descriptor()}) {
    AddMethods(*of->file(), methods);
  }
  return methods;
}

TEST(RulesTest, EveryMethodHasARuleAndEveryRuleAMethod) {
  std::set<std::string> ruled;
  for (const MethodRule& rule : Rules()) {
    EXPECT_TRUE(ruled.emplace(rule.method).second) << rule.method << " has two rules";
  }
  const std::set<std::string> methods = AllMethods();
  EXPECT_EQ(methods.size(), 29u);
  for (const std::string& method : methods) EXPECT_TRUE(ruled.contains(method)) << method;
  for (const std::string& method : ruled) {
    EXPECT_TRUE(methods.contains(method) || method.starts_with("grpc.")) << method;
  }
}

TEST(RulesTest, WhatAViewerMayASubmitterMayAndWhatAnybodyMayAnAdminMay) {
  for (const MethodRule& rule : Rules()) {
    const auto lets = [&](v1::Role role) { return Lets(rule.access, role); };
    EXPECT_TRUE(lets(v1::ROLE_ADMIN)) << rule.method;
    EXPECT_LE(lets(v1::ROLE_VIEWER), lets(v1::ROLE_SUBMITTER)) << rule.method;
    const bool of_workers = rule.method.starts_with("WorkerService/");
    const bool of_all = rule.access == Access::kAnybody || rule.access == Access::kIdentity;
    EXPECT_EQ(lets(v1::ROLE_WORKER), of_workers || of_all) << rule.method;
    EXPECT_FALSE(of_workers && lets(v1::ROLE_SUBMITTER)) << rule.method;
    EXPECT_EQ(lets(v1::ROLE_UNSPECIFIED), rule.access == Access::kAnybody) << rule.method;
  }
}

TEST(RulesTest, WhatChangesSomethingIsNotForViewers) {
  for (const MethodRule& rule : Rules()) {
    EXPECT_FALSE(rule.changes && Lets(rule.access, v1::ROLE_VIEWER)) << rule.method;
  }
}

TEST(RulesTest, PathsBecomeMethods) {
  EXPECT_EQ(MethodOfPath("/paceline.v1.JobService/Cancel"), "JobService/Cancel");
  EXPECT_EQ(MethodOfPath("/grpc.health.v1.Health/Check"), "grpc.health.v1.Health/Check");
  EXPECT_EQ(FindRule("JobService/cancel"), nullptr);
  EXPECT_EQ(FindRule(""), nullptr);
}

TEST(RulesTest, TheTableOfTheManualIsTheOneOfTheCode) {
  const auto manual = ReadFile("docs/security.md");
  ASSERT_TRUE(manual.ok()) << manual.status();
  EXPECT_NE(manual->find(RulesTable()), std::string::npos)
      << "docs/security.md should have this table:\n"
      << RulesTable();
}

}  // namespace
}  // namespace paceline
