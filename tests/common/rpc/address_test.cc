#include "common/rpc/address.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

TEST(AddressTest, HostAndPortAreReadAndWrittenBack) {
  struct Case {
    std::string text, host;
    int port;
    std::string written;
  };
  for (const Case& c : std::vector<Case>{
           {"127.0.0.1:7700", "127.0.0.1", 7700, "127.0.0.1:7700"},
           {"node-3.cluster_a:1", "node-3.cluster_a", 1, "node-3.cluster_a:1"},
           {"[::1]:65535", "::1", 65535, "[::1]:65535"},
           {"[fe80::1%eth0]:80", "fe80::1%eth0", 80, "[fe80::1%eth0]:80"},
           {"0.0.0.0:0", "0.0.0.0", 0, "0.0.0.0:0"},
           {"7700", "127.0.0.1", 7700, "127.0.0.1:7700"},
       }) {
    const absl::StatusOr<Address> address = ParseAddress(c.text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->host, c.host);
    EXPECT_EQ(address->port, c.port);
    EXPECT_EQ(address->ToString(), c.written);
  }
}

TEST(AddressTest, WhatIsNoAddressIsRefusedWithWhatWouldBeRight) {
  for (const auto& [text, reason] : std::vector<std::pair<std::string, std::string>>{
           {"", "empty"},
           {"host", "no port"},
           {"[::1]", "no port"},
           {":7700", "no host"},
           {"host:", "port is no number"},
           {"host:70000", "port is no number"},
           {"host:-1", "port is no number"},
           {"host:80x", "port is no number"},
           {"70000", "at most 65535"},
           {"::1:7700", "brackets"},
           {"[host]:1", "no IPv6"},
           {"http://host:1", "brackets"},
           {"ho st:1", "characters"},
           {"-x:1", "characters"},
           {"a..b:1", "characters"},
       }) {
    const absl::Status status = ParseAddress(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(reason)) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("such as 127.0.0.1:7700")) << text;
  }
}

TEST(AddressTest, OnlyThisMachinesOwnAddressesAreLoopback) {
  for (const char* host : {"localhost:1", "127.0.0.1:1", "127.255.3.4:1", "[::1]:1", "1"}) {
    EXPECT_TRUE(ParseAddress(host)->IsLoopback()) << host;
  }
  for (const char* host : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.example.org:1", "127.1:1",
                           "127.0.0.1.example.org:1", "127.0.0.256:1", "127.0.0.1.:1",
                           "localhost.example.org:1", "1127.0.0.1:1"}) {
    EXPECT_FALSE(ParseAddress(host)->IsLoopback()) << host;
  }
}

}  // namespace
}  // namespace paceline
