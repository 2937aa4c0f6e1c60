// How long a scrape takes with a thousand simulated workers at work, and how much it tells. What is
// timed is printed; a machine's speed fails no test.
#include <cstdio>
#include <regex>

#include "common/base/descriptor.h"
#include "common/rpc/first_words.h"
#include "common/rpc/socket.h"
#include "coordinator/load/fleet.h"
#include "coordinator/load/measured.h"
#include "coordinator/load/toy_job.h"
#include "gmock/gmock.h"
#include "tests/cluster/cluster.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kWorkers = 100;
#else
constexpr int kWorkers = 1000;
#endif
constexpr int kScrapes = 50;

class ScrapeLoadTest : public ::testing::Test {
 protected:
  void SetUp() override { RaiseDescriptorLimit(); }

  // Where the coordinator answers HTTP, by its own word.
  Address Http() {
    std::smatch found;
    const std::string said = cluster_.coordinator().standard_output();
    EXPECT_TRUE(std::regex_search(said, found, std::regex("http://([0-9.:]+)"))) << said;
    return ParseAddress(found[1].str()).value_or(Address{});
  }
  static std::string Scrape(const Address& http) {
    const Descriptor connection(ConnectTo(http).value_or(-1));
    SendTo(connection.get(),
           "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    std::string all;
    for (auto words = ReceiveFrom(connection.get()); words.ok() && !words->empty();
         words = ReceiveFrom(connection.get())) {
      all += *words;
    }
    return all;
  }

  Cluster cluster_{{"--http", "127.0.0.1:0"}};
};

TEST_F(ScrapeLoadTest, AThousandWorkersMakeNoLongerPage) {
  const Address http = Http();
  const size_t empty = Scrape(http).size();
  Fleet fleet({.address = cluster_.address(), .workers = kWorkers});
  ASSERT_TRUE(fleet.WaitForWelcome(kPatience));
  const std::string name =
      cluster_.Submit(YamlOf({.particles = 4096, .block = 4, .steps = 100000}));
  cluster_.WaitForStep(name, 3);
  std::vector<double> seconds;
  std::string page;
  for (int i = 0; i < kScrapes; ++i) {
    const SteadyTime began = Clock::Real().Now();
    page = Scrape(http);
    seconds.push_back(std::chrono::duration<double>(Clock::Real().Now() - began).count());
  }
  EXPECT_THAT(page, HasSubstr("paceline_workers{state=\"working\"} " + std::to_string(kWorkers)));
  EXPECT_LT(page.size(), empty + (16 << 10));
  std::printf("%d workers at work: a scrape of %zu bytes takes %.1f ms (p90 %.1f ms)\n", kWorkers,
              page.size(), 1e3 * Quantile(seconds, 0.5), 1e3 * Quantile(seconds, 0.9));
}

}  // namespace
}  // namespace paceline
