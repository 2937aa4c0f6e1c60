// A coordinator behind TLS that asks who calls, and clients with certificates and tokens.
#pragma once

#include <memory>
#include <string>

#include "common/rpc/channel.h"
#include "coordinator/access/gate.h"
#include "coordinator/service/server.h"
#include "coordinator/store/memory_store.h"
#include "gtest/gtest.h"
#include "tests/coordinator/service/service_fixture.h"
#include "tests/testing/certificates.h"
#include "tests/testing/process.h"

namespace paceline {

class AccessServerTest : public ::testing::Test {
 protected:
  void SetUp() override;

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  void Write(const std::string& name, const std::string& text);
  // The server's, for the next start or to be taken while it runs.
  void WriteServerFiles(const std::string& authorities, const Certificate& server);
  // A client with a certificate of that role and name.
  TlsFlags With(const std::string& role, const std::string& name, IdentityTimes times = {});
  // One with a token alone.
  TlsFlags WithToken(const std::string& token);
  std::string Token(v1::Role role, const std::string& name);
  std::shared_ptr<grpc::Channel> Connect(const TlsFlags& tls);
  // Of a certificate that With has made.
  std::string SerialOf(const TlsFlags& tls);
  // A call without a request, of any method; how it ends.
  grpc::Status Ask(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                   std::string* reply = nullptr, const std::string& request = "");

  TemporaryFolder folder_;
  const Certificate authority_ = MakeAuthority("test authority");
  MemoryStore store_;
  std::unique_ptr<AccessBook> book_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Gate> gate_;
  TlsFlags server_tls_;
  std::unique_ptr<Server> server_;
};

}  // namespace paceline
