#include "common/rpc/pem.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"

namespace paceline {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Bio Open(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
}

// Without it OpenSSL asks the terminal for the password of an encrypted key.
int NoPassword(char*, int, int, void*) { return -1; }

Certificate ParseCertificate(const std::string& text) {
  return Certificate(PEM_read_bio_X509(Open(text).get(), nullptr, &NoPassword, nullptr),
                     &X509_free);
}

Key ParseKey(const std::string& text) {
  return Key(PEM_read_bio_PrivateKey(Open(text).get(), nullptr, &NoPassword, nullptr),
             &EVP_PKEY_free);
}

absl::Status CheckCertificate(const std::string& path, const std::string& text) {
  if (path.empty() || ParseCertificate(text) != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": holds no certificate; it should be a PEM file with a block that begins ",
      "with -----BEGIN CERTIFICATE-----"));
}

absl::Status CheckKey(const std::string& cert_path, const std::string& cert,
                      const std::string& key_path, const std::string& key) {
  if (key_path.empty()) return absl::OkStatus();
  const Key parsed = ParseKey(key);
  if (parsed == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        key_path,
        ": holds no private key without a password; it should be a PEM file with a block ",
        "that begins with -----BEGIN PRIVATE KEY-----"));
  }
  if (X509_check_private_key(ParseCertificate(cert).get(), parsed.get()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(key_path, ": is not the key of the certificate in ", cert_path));
  }
  return absl::OkStatus();
}

absl::Status ReadIfGiven(const std::string& path, std::string& text) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> bytes = ReadFile(path, kMaxPemBytes);
  if (!bytes.ok()) return bytes.status();
  text = *std::move(bytes);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PemFiles> ReadPemFiles(const std::string& ca, const std::string& cert,
                                      const std::string& key) {
  PemFiles files;
  for (const absl::Status& status :
       {ReadIfGiven(ca, files.ca), ReadIfGiven(cert, files.cert), ReadIfGiven(key, files.key),
        CheckCertificate(ca, files.ca), CheckCertificate(cert, files.cert)}) {
    if (!status.ok()) return status;
  }
  if (absl::Status status = CheckKey(cert, files.cert, key, files.key); !status.ok()) return status;
  return files;
}

}  // namespace paceline
