// A coordinator with a dashboard, and people with tokens of each role.
#pragma once

#include <memory>
#include <string>

#include "coordinator/access/gate.h"
#include "coordinator/http/health_routes.h"
#include "coordinator/http/site_server.h"
#include "nlohmann/json.hpp"
#include "tests/coordinator/service/service_fixture.h"
#include "tests/testing/http_client.h"

namespace paceline {

class SiteTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    StartSite(true);
  }
  void TearDown() override {
    if (site_ != nullptr) site_->site().Detach();
  }

  void StartSite(bool open_to_read) {
    if (site_ != nullptr) site_->site().Detach();
    site_.reset();
    auto book = AccessBook::Open(folder_.path() + "/access.db", Clock::Real());
    auto audit = AuditLog::Open({.folder = folder_.path()}, Clock::Real());
    ASSERT_TRUE(book.ok() && audit.ok());
    book_ = *std::move(book);
    audit_ = *std::move(audit);
    gate_ = std::make_unique<Gate>(*book_, *audit_, Clock::Real());
    HttpRoutes routes;
    AddHealthRoutes(health_, routes);
    auto site = SiteServer::Start(
        {.where = "127.0.0.1:0",
         .version = "1.2.3",
         .open_to_read = open_to_read,
         .gate = gate_.get(),
         .health = &health_,
         .metrics = [](const HttpRequest&) { return HttpReply{.body = "some_metric 1\n"}; }},
        std::move(routes), Clock::Real());
    ASSERT_TRUE(site.ok()) << site.status();
    site_ = *std::move(site);
    Attach();
  }
  void Attach() {
    site_->site().Attach({.jobs = server_->jobs(),
                          .evaluations = server_->evaluations(),
                          .hub = server_->hub(),
                          .store = store_,
                          .data_folder = folder_.path()});
  }

  std::string Token(v1::Role role, const std::string& name = "alice",
                    const std::string& prefix = "") {
    v1::IssueTokenRequest request;
    request.set_name(name);
    request.set_role(role);
    request.set_lifetime_seconds(3600);
    request.set_job_prefix(prefix);
    const auto issued = book_->Issue(request, "root");
    EXPECT_TRUE(issued.ok()) << issued.status();
    return issued.ok() ? issued->token() : "";
  }

  HttpAnswer Get(const std::string& target, const std::string& token = "") {
    return paceline::Ask(address(), {.target = target, .headers = Bearer(token)});
  }
  HttpAnswer Post(const std::string& target, const std::string& token = "",
                  const std::string& body = "") {
    return paceline::Ask(
        address(), {.method = "POST", .target = target, .headers = Bearer(token), .body = body});
  }
  nlohmann::json GetJson(const std::string& target, const std::string& token = "") {
    const HttpAnswer answer = Get(target, token);
    EXPECT_EQ(answer.status, 200) << target << ": " << answer.body;
    return nlohmann::json::parse(answer.body, nullptr, false);
  }
  static std::vector<std::string> Bearer(const std::string& token) {
    return token.empty() ? std::vector<std::string>{}
                         : std::vector<std::string>{"Authorization: Bearer " + token};
  }
  const Address& address() const { return site_->server().address(); }

  HealthBoard health_{Clock::Real()};
  std::unique_ptr<AccessBook> book_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<SiteServer> site_;
};

}  // namespace paceline
