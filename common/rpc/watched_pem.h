// PEM files, and a token's, which may be replaced while a program runs.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/rpc/pem.h"
#include "common/rpc/tls_flags.h"

namespace paceline {

// Thread-safe.
class WatchedPem {
 public:
  // How often the files are looked at.
  static constexpr std::chrono::milliseconds kLookAgain{500};

  // What the files held when they fitted last. `tell` is told once of new ones, with OK, and of
  // each change that will not do; the old ones stay in use then. `clock` outlives the object.
  using Tell = std::function<void(const absl::Status&)>;
  WatchedPem(TlsFlags tls, PemFiles first, Tell tell, const Clock& clock = Clock::Real());

  // The newest, if they are others than at the last call; at the first call the first ones.
  std::optional<PemFiles> TakeNew();

 private:
  // Changes whenever a file's content does.
  using Stamps = std::array<std::string, 4>;
  Stamps Look() const;

  const TlsFlags tls_;
  const Tell tell_;
  const Clock& clock_;
  std::mutex mutex_;
  Stamps stamps_;                 // guarded by mutex_, as these
  std::optional<PemFiles> next_;  // not taken yet
  SteadyTime looked_at_{};
};

}  // namespace paceline
