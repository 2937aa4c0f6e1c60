#include "common/rpc/certificate_expiry.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"

namespace paceline {
namespace {

constexpr size_t kMostBytes = 1 << 20;

}  // namespace

absl::StatusOr<int64_t> CertificateExpiry(const std::string& path) {
  const auto text = ReadFile(path, kMostBytes);
  if (!text.ok()) return text.status();
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(text->data(), static_cast<int>(text->size())), &BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
  std::tm time{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &time) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": holds no certificate"));
  }
  return timegm(&time);
}

}  // namespace paceline
