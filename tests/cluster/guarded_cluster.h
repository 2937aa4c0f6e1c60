// A coordinator behind TLS and its workers as real programs, everybody with a certificate.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/rpc/tls_flags.h"
#include "grpcpp/channel.h"
#include "paceline/v1/job.grpc.pb.h"
#include "tests/testing/certificates.h"
#include "tests/testing/process.h"

namespace paceline {

class GuardedCluster {
 public:
  explicit GuardedCluster(const std::vector<std::string>& coordinator_arguments = {});

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string data() const { return Path("data"); }
  const std::string& address() const { return address_; }
  Process& coordinator() { return *coordinator_; }
  const Certificate& authority() const { return authority_; }

  // Replaces the file, which its owner alone can read, whole.
  void Write(const std::string& name, const std::string& text);
  // Files ROLE-NAME.pem and .key, signed by that authority.
  void Issue(const std::string& role, const std::string& name, const Certificate& by);
  TlsFlags Tls(const std::string& role, const std::string& name) const;
  std::string SerialOf(const std::string& role, const std::string& name) const;
  std::unique_ptr<Process> StartWorker(const std::string& name);
  // A command of `paceline` with that identity, to its end.
  Finished Paceline(const std::string& role, const std::string& name,
                    std::vector<std::string> arguments);
  // By the admin "root".
  std::string Submit(const std::string& yaml);
  v1::JobSummary Summary(const std::string& job);
  int64_t WaitForStep(const std::string& job, int64_t step);

 private:
  TemporaryFolder folder_;
  const Certificate authority_ = MakeAuthority("cluster authority");
  std::string address_;
  std::unique_ptr<Process> coordinator_;
};

}  // namespace paceline
