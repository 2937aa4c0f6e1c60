#include "coordinator/metrics/metrics_board.h"

#include <sys/statvfs.h>

#include <mutex>
#include <utility>

#include "common/base/file.h"
#include "common/pki/certificate_facts.h"

namespace paceline {
namespace {

constexpr size_t kMostCertificateBytes = 1 << 20;

void TellDisk(const std::string& folder, Families& families) {
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) return;
  const auto unit = static_cast<double>(disk.f_frsize);
  families.Gauge("paceline_data_disk_free_bytes",
                 "Room on the disk of the coordinator's data that it may use.",
                 unit * static_cast<double>(disk.f_bavail));
  families.Gauge("paceline_data_disk_size_bytes", "Size of that disk.",
                 unit * static_cast<double>(disk.f_blocks));
}

void TellCertificate(const std::string& path, Families& families) {
  const auto text = ReadFile(path, kMostCertificateBytes);
  if (!text.ok()) return;
  const auto facts = ReadCertificateFacts(*text);
  if (!facts.ok()) return;
  families.Gauge("paceline_certificate_expiry_timestamp_seconds",
                 "When the server's certificate expires, in Unix time.",
                 static_cast<double>(facts->not_after_ms / 1000));
}

}  // namespace

void AddAccessFamilies(const AccessMeters& access, Families& families) {
  for (int i = 0; i < kAccessRefusals; ++i) {
    const auto refusal = static_cast<AccessRefusal>(i);
    families.Counter("paceline_access_refusals_total", "Requests that were not let in, by why.",
                     static_cast<double>(access.of(refusal)), {{"reason", NameOf(refusal)}});
  }
}

void MetricsBoard::Attach(std::function<void(Families&)> tell) {
  std::lock_guard lock(mutex_);
  tell_ = std::move(tell);
}

void MetricsBoard::Detach() {
  std::lock_guard lock(mutex_);
  tell_ = {};
}

void MetricsBoard::Tell(Families& families) {
  families.Gauge("paceline_healthy", "1 if the coordinator does its work, as GET /healthz tells.",
                 health_.WhyUnhealthy().empty() ? 1 : 0);
  families.Gauge("paceline_ready", "1 if it answers requests, as GET /readyz tells.",
                 health_.WhyNotReady().empty() ? 1 : 0);
  TellDisk(options_.data_folder, families);
  if (!options_.certificate.empty()) TellCertificate(options_.certificate, families);
  if (options_.access != nullptr) AddAccessFamilies(*options_.access, families);
  std::shared_lock lock(mutex_);
  if (tell_) tell_(families);
}

}  // namespace paceline
