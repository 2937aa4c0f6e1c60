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
  const std::string any = "; write host:port, such as 127.0.0.1:7700";
  for (const auto& [text, reason] : std::vector<std::pair<std::string, std::string>>{
           {"", "it is empty" + any},
           {" ", "it is empty" + any},
           {"host", "it has no port; write host:7700"},
           {"10.0.0.1", "it has no port; write 10.0.0.1:7700"},
           {" host:1\n", "it has blanks around it; write host:1"},
           {"http://127.0.0.1:7700", "it has a scheme: leave http:// out; write 127.0.0.1:7700"},
           {"https://host", "leave https:// out; write host:7700"},
           {"grpc://host:1/x", "leave grpc:// out; write host:1"},
           {"dns:///host:1", "leave dns:/// out; write host:1"},
           {"http://[::1]:1/", "leave http:// out; write [::1]:1"},
           {"http://", "leave http:// out" + any},
           {"host:1/path", "it has a path: leave /path out; write host:1"},
           {"host/", "it has a path: leave / out; write host:7700"},
           {"host:1?q", "leave ?q out; write host:1"},
           {"me@host:1", "it has a user: leave me@ out; write host:1"},
           {"[::1]", "it has no port; write [::1]:7700"},
           {"[::1]:", "it has no port; write [::1]:7700"},
           {"[::1", "its bracket [ is never closed; write [::1]:7700"},
           {"::1]:7700", "its bracket ] was never opened; write [::1]:7700"},
           {"[::1]7700", "after the bracket comes a colon and the port; write [::1]:7700"},
           {"[::1]:70000", "its port is no number from 0 to 65535; write [::1]:7700"},
           {"[host]:1", "what is in brackets is no IPv6 address" + any},
           {"[]:1", "what is in brackets is no IPv6 address" + any},
           {"::1", "an IPv6 address goes in brackets, and its port follows; write [::1]:7700"},
           {"::1:7701", "goes in brackets, and its port follows; write [::1]:7701"},
           {"host:1:2", "it has more than one colon" + any},
           {":7701",
            "it has no host (0.0.0.0 to listen on every interface of this machine); write "
            "127.0.0.1:7701"},
           {":", "it has no host"},
           {"host:", "it has no port after its colon; write host:7700"},
           {"host:70000", "its port 70000 is too large: ports go to 65535; write host:7700"},
           {"host:99999999999999999999", "is too large"},
           {"host:-1", "its port -1 is no number from 0 to 65535; write host:7700"},
           {"host:80x", "its port 80x is no number from 0 to 65535"},
           {"host: 80", "its port  80 is no number"},
           {"70000", "its port 70000 is too large: ports go to 65535; write 127.0.0.1:7700"},
           {"ho st:1", "its host has a character (byte 0x20) other than letters, digits"},
           {"b\xc3\xbc"
            "cher:1",
            "its host has a character (byte 0xc3) other than letters"},
           {"a,b:1", "its host has the character ,, which no name has" + any},
           {"-x:1", "a name does not begin with a point or a hyphen"},
           {"a..b:1", "has no empty part" + any},
       }) {
    const absl::Status status = ParseAddress(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("is no address: ")) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(reason)) << text;
  }
}

TEST(AddressTest, OnlyThisMachinesOwnAddressesAreLoopback) {
  for (const char* host :
       {"localhost:1", "LOCALHOST:1", "localhost.:1", "LocalHost.:1", "127.0.0.1:1",
        "127.255.3.4:1", "[::1]:1", "[0:0:0:0:0:0:0:1]:1",
        "[0000:0000:0000:0000:0000:0000:0000:0001]:1", "[::0.0.0.1]:1", "[::ffff:127.0.0.1]:1",
        "[::FFFF:7f00:1]:1", "[0:0:0:0:0:ffff:127.9.8.7]:1", "[::1%lo]:1", "1"}) {
    EXPECT_TRUE(ParseAddress(host)->IsLoopback()) << host;
  }
  for (const char* host :
       {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.example.org:1", "127.1:1",
        "127.0.0.1.example.org:1", "127.0.0.256:1", "127.0.0.1.:1", "localhost.example.org:1",
        "1127.0.0.1:1", "[::ffff:10.0.0.1]:1", "[::2]:1", "[1::1]:1", "[fe80::1%lo]:1",
        "[::127.0.0.1]:1", "[::ffff:0:127.0.0.1]:1", "mylocalhost:1"}) {
    EXPECT_FALSE(ParseAddress(host)->IsLoopback()) << host;
  }
}

}  // namespace
}  // namespace paceline
