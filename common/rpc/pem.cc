#include "common/rpc/pem.h"

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/private_file.h"
#include "common/pki/certificate_trouble.h"
#include "common/pki/openssl.h"

namespace paceline {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;

absl::Status CheckCertificate(const std::string& path, const std::string& text) {
  if (path.empty() || pki::ReadX509(text) != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": holds no certificate; it should be a PEM file with a block that begins ",
      "with -----BEGIN CERTIFICATE-----"));
}

absl::Status CheckKey(const std::string& cert_path, const std::string& cert,
                      const std::string& key_path, const std::string& key) {
  if (key_path.empty()) return absl::OkStatus();
  const pki::KeyPtr parsed = pki::ReadKey(key);
  if (parsed == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        key_path,
        ": holds no private key without a password; it should be a PEM file with a block ",
        "that begins with -----BEGIN PRIVATE KEY-----"));
  }
  if (X509_check_private_key(pki::ReadX509(cert).get(), parsed.get()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(key_path, ": is not the key of the certificate in ", cert_path));
  }
  return absl::OkStatus();
}

absl::Status CheckTime(const std::string& path, const std::string& cert) {
  if (path.empty()) return absl::OkStatus();
  const std::string trouble = TimeTrouble(cert, Clock::Real().UnixMillis());
  if (trouble.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", trouble));
}

absl::Status ReadIfGiven(const std::string& path, std::string& text) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> bytes = ReadFile(path, kMaxPemBytes);
  if (!bytes.ok()) return bytes.status();
  text = *std::move(bytes);
  return absl::OkStatus();
}

absl::Status ReadKeyIfGiven(const std::string& path, std::string& text) {
  if (path.empty()) return absl::OkStatus();
  if (absl::Status status = CheckPrivate(path); !status.ok()) return status;
  return ReadIfGiven(path, text);
}

}  // namespace

absl::StatusOr<PemFiles> ReadPemFiles(const std::string& ca, const std::string& cert,
                                      const std::string& key) {
  PemFiles files;
  for (const absl::Status& status :
       {ReadIfGiven(ca, files.ca), ReadIfGiven(cert, files.cert), ReadKeyIfGiven(key, files.key),
        CheckCertificate(ca, files.ca), CheckCertificate(cert, files.cert)}) {
    if (!status.ok()) return status;
  }
  if (absl::Status status = CheckKey(cert, files.cert, key, files.key); !status.ok()) return status;
  if (absl::Status status = CheckTime(cert, files.cert); !status.ok()) return status;
  return files;
}

}  // namespace paceline
