#include "common/rpc/watched_pem.h"

#include <sys/stat.h>

#include <utility>

#include "fmt/format.h"

namespace paceline {
namespace {

std::string StampOf(const std::string& path) {
  struct stat info {};
  if (path.empty() || stat(path.c_str(), &info) != 0) return "";
  return fmt::format("{} {} {}.{}", info.st_ino, info.st_size, info.st_mtim.tv_sec,
                     info.st_mtim.tv_nsec);
}

}  // namespace

WatchedPem::WatchedPem(TlsFlags tls, PemFiles first, Tell tell, const Clock& clock)
    : tls_(std::move(tls)),
      tell_(std::move(tell)),
      clock_(clock),
      stamps_(Look()),
      next_(std::move(first)),
      looked_at_(clock.Now()) {}

// A key that is not the certificate's yet, because the two are being replaced, is one of the faults
// that ReadPemFiles finds: the next look is at the whole pair.
std::optional<PemFiles> WatchedPem::TakeNew() {
  std::lock_guard lock(mutex_);
  if (next_) return std::exchange(next_, std::nullopt);
  if (clock_.Now() - looked_at_ < kLookAgain) return std::nullopt;
  looked_at_ = clock_.Now();
  Stamps now = Look();
  if (now == stamps_) return std::nullopt;
  stamps_ = std::move(now);
  auto files = ReadPemFiles(tls_.ca, tls_.cert, tls_.key);
  if (tell_) tell_(files.status());
  if (!files.ok()) return std::nullopt;
  return *std::move(files);
}

WatchedPem::Stamps WatchedPem::Look() const {
  return {StampOf(tls_.ca), StampOf(tls_.cert), StampOf(tls_.key), StampOf(tls_.token_file)};
}

}  // namespace paceline
